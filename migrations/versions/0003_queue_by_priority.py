"""an index in which the queue is already in the order of priority"""

from alembic import op

revision = "0003"
down_revision = "0002"

_NAME = "ix_incidents_by_priority"


def upgrade() -> None:
    op.create_index(_NAME, "incidents", ["priority", "id", "team_id", "state"])


def downgrade() -> None:
    op.drop_index(_NAME, "incidents")
