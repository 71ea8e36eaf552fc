"""nobody follows a restricted incident who followed it before it was one"""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # Members of the team stayed followers when it moved there, and saw it by that after they had left the team. While it
    # is restricted nobody can become one.
    op.execute(
        """
        DELETE FROM watchers WHERE incident_id IN (
            SELECT incidents.id FROM incidents JOIN teams ON teams.id = incidents.team_id
            WHERE teams.visibility = 'restricted'
        )
        """
    )


def downgrade() -> None:
    pass
