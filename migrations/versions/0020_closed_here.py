"""a sync tells what was archived here from what its file archived; of what it remembers nobody knows that it was the file"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    with op.batch_alter_table("synced_files") as batch_op:
        batch_op.add_column(sa.Column("is_closed_here", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE synced_files SET is_closed_here = (COALESCE(state, '') <> 'published')")
    with op.batch_alter_table("synced_files") as batch_op:
        batch_op.alter_column("is_closed_here", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("synced_files") as batch_op:
        batch_op.drop_column("is_closed_here")
