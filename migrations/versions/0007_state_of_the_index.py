"""which index belongs to this database, and numbers of changes that only grow"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "index_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("written", sa.String(length=32), nullable=False),
        sa.Column("begun", sa.String(length=32), nullable=False),
        sa.Column("last_change", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_state")),
    )
    with op.batch_alter_table(
        "index_changes", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=20), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("index_changes", recreate="auto") as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=20), nullable=False)
    op.drop_table("index_state")
