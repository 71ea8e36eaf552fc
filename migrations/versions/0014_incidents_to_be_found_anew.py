"""the full text forgets addresses of articles that messages name, which it held until the next message"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# Whether there really is such an address, and where it ends, is asked when the words are written anew.
_TO_FIND_ANEW = """
    INSERT INTO unfindable_incidents (incident_id)
    SELECT id FROM incidents WHERE title LIKE '%article:%' OR text LIKE '%article:%'
    UNION
    SELECT incident_id FROM incident_messages WHERE text LIKE '%article:%'
"""
_FORGET = "DELETE FROM incident_fulltext WHERE {key} IN (SELECT incident_id FROM unfindable_incidents)"


def upgrade() -> None:
    op.create_table(
        "unfindable_incidents",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_unfindable_incidents_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_unfindable_incidents")),
    )
    op.execute(_TO_FIND_ANEW)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(_FORGET.format(key="rowid" if is_sqlite else "incident_id"))


def downgrade() -> None:
    op.drop_table("unfindable_incidents")
