"""a sync is undone by number and mark: after an older database is put back, its number may be another's"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("sync_runs", sa.Column("mark", sa.String(length=8), nullable=False, server_default=""))
    # Those of before were told by their number alone; whoever has only that is shown what there is.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    random = "lower(hex(randomblob(2)))" if is_sqlite else "substr(md5(random()::text), 1, 4)"
    op.execute(f"UPDATE sync_runs SET mark = {random}")  # noqa: S608


def downgrade() -> None:
    op.drop_column("sync_runs", "mark")
