"""what comes with each mail and each search is forgotten when it is old, which must not look at all there is"""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index("ix_outbox_mails_created_at", "outbox_mails", ["created_at"])
    op.create_index("ix_suggestion_answers_at", "suggestion_answers", ["at"])
    op.create_index("ix_form_sessions_outcome_started_at", "form_sessions", ["outcome", "started_at"])


def downgrade() -> None:
    op.drop_index("ix_form_sessions_outcome_started_at", "form_sessions")
    op.drop_index("ix_suggestion_answers_at", "suggestion_answers")
    op.drop_index("ix_outbox_mails_created_at", "outbox_mails")
