"""a class of a team and an audience that no version knows cannot be written down; what is there falls to the narrow side"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_CLASSES = "{name} IN ('normal', 'team', 'restricted')"
_AUDIENCES = "({name} IN ('everyone', 'staff') OR (substr({name}, 1, 6) = 'group:' AND length({name}) > 6))"
# No directory has a group of this name: nobody reads it, as nobody did, and admins see that there is such an article.
_NOBODYS = "group:(unknown audience)"
_COLUMNS = [
    ("teams", "visibility", 12, _CLASSES, "restricted"),
    ("articles", "audience", 200, _AUDIENCES, _NOBODYS),
    ("article_revisions", "audience", 200, _AUDIENCES, _NOBODYS),
    ("former_addresses", "audience", 200, _AUDIENCES, _NOBODYS),
]
_INDEX = "ix_articles_state_audience"


def upgrade() -> None:
    for table, column, _, rule, narrowest in _COLUMNS:
        is_known = rule.format(name=column)
        op.execute(sa.text(f"UPDATE {table} SET {column} = :narrowest WHERE NOT ({is_known})").bindparams(narrowest=narrowest))
    if op.get_context().dialect.name != "sqlite":
        for table, column, _, rule, _ in _COLUMNS:
            op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, rule.format(name=column))
        return
    _replace_columns(are_checked=True)


def downgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        for table, column, *_ in _COLUMNS:
            op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
        return
    _replace_columns(are_checked=False)


def _replace_columns(*, are_checked: bool) -> None:
    """Write each column anew: SQLite adds a check only with its column, and making such tables anew would cut what points to them."""
    op.drop_index(_INDEX, "articles")
    for table, column, length, rule, narrowest in _COLUMNS:
        check = f" CONSTRAINT ck_{table}_{column} CHECK ({rule.format(name='written')})" if are_checked else ""
        op.execute(f"ALTER TABLE {table} ADD COLUMN written VARCHAR({length}) NOT NULL DEFAULT '{narrowest}'{check}")
        op.execute(f"UPDATE {table} SET written = {column}")
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        op.execute(f"ALTER TABLE {table} RENAME COLUMN written TO {column}")
    op.create_index(_INDEX, "articles", ["state", "audience"])
