"""mails that the server refused are told apart from those that wait for it; paths of files as long as sync takes them"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column(
        "outbox_mails", sa.Column("is_refused", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("synced_files") as table:
        table.alter_column("path", type_=sa.String(length=400), existing_type=sa.String(length=300))


def downgrade() -> None:
    with op.batch_alter_table("synced_files") as table:
        table.alter_column("path", type_=sa.String(length=300), existing_type=sa.String(length=400))
    op.drop_column("outbox_mails", "is_refused")
