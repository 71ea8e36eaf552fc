"""the newest time that was believed, and what admins are told while it lasts"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "operating_notices",
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("message", sa.String(500), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_operating_notices")),
    )
    readings = op.create_table(
        "clock_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watched_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_readings")),
    )
    # Who updates looks at the machine: the jobs may start with a clock that is wrong.
    op.execute(
        readings.insert().values(id=1, newest_at=sa.func.current_timestamp(), last_at=sa.func.current_timestamp(), watched_s=0)
    )


def downgrade() -> None:
    op.drop_table("clock_readings")
    op.drop_table("operating_notices")
