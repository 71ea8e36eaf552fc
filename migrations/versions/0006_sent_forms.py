"""the forms that people sent, so that one that arrives twice is done once"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "sent_forms",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_sent_forms_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", "mark", name=op.f("pk_sent_forms")),
    )
    op.create_index(op.f("ix_sent_forms_sent_at"), "sent_forms", ["sent_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_sent_forms_sent_at"), "sent_forms")
    op.drop_table("sent_forms")
