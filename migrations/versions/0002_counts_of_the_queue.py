"""an index that holds all that the queue's counts ask about"""

from alembic import op

revision = "0002"
down_revision = "0001"

_NAME = "ix_incidents_counts"


def upgrade() -> None:
    op.create_index(_NAME, "incidents", ["state", "team_id", "assignee_id", "requester_id"])


def downgrade() -> None:
    op.drop_index(_NAME, "incidents")
