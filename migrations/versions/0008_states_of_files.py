"""which state a file gave its article, and the text of imported files alone: a tree is known again in another folder"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("synced_files") as table:
        table.add_column(sa.Column("state", sa.String(12)))
    with op.batch_alter_table("imported_files") as table:
        table.add_column(sa.Column("state", sa.String(12)))
        table.add_column(sa.Column("text_sha256", sa.String(64)))


def downgrade() -> None:
    with op.batch_alter_table("imported_files") as table:
        table.drop_column("text_sha256")
        table.drop_column("state")
    with op.batch_alter_table("synced_files") as table:
        table.drop_column("state")
