"""titles of incidents, which lists, heads and mails show as they are, name no article by its address"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

# What stands inside a web address is no article.
_NAMED = re.compile(r"(?i:https?)://\S+|\barticle:([a-z0-9][a-z0-9-]{0,119})")
_INCIDENTS = sa.table("incidents", sa.column("id"), sa.column("title"), sa.column("language"))


def upgrade() -> None:
    connection = op.get_bind()
    named = sa.select(_INCIDENTS).where(_INCIDENTS.c.title.like("%article:%"))
    for row in connection.execute(named).all():
        kept = _NAMED.sub(lambda match: "" if match[1] else match[0], row.title)
        title = " ".join(kept.split()) or ("Artykuł" if row.language == "pl" else "An article")
        connection.execute(_INCIDENTS.update().where(_INCIDENTS.c.id == row.id).values(title=title))


def downgrade() -> None:
    pass
