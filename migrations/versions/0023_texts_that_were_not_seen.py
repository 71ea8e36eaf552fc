"""of a text for a group it is kept that whoever wrote the next one could not see it"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column(
        "article_revisions", sa.Column("is_left", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("article_revisions", "is_left")
