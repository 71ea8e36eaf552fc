"""each revision says which files it shows, where words that read like an address of one counted before"""

from collections.abc import Iterator
from html.parser import HTMLParser
from re import compile as compiled
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_AT_ONCE = 100
_FILE = compiled(r"/articles/[a-z0-9-]+/files/([0-9]{1,18})")
_REVISIONS = sa.table(
    "article_revisions",
    sa.column("id", sa.Integer),
    sa.column("article_id", sa.Integer),
    sa.column("html", sa.Text),
)
_FILES = sa.table("article_files", sa.column("id", sa.Integer), sa.column("article_id", sa.Integer))


def upgrade() -> None:
    shown = op.create_table(
        "shown_files",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["article_revisions.id"], name=op.f("fk_shown_files_revision_id_article_revisions")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["article_files.id"], name=op.f("fk_shown_files_file_id_article_files")
        ),
        sa.PrimaryKeyConstraint("revision_id", "file_id", name=op.f("pk_shown_files")),
    )
    op.create_index("ix_shown_files_file_id", "shown_files", ["file_id"])
    rows = list(_rows(op.get_bind()))
    if rows:
        op.bulk_insert(shown, rows)


def downgrade() -> None:
    op.drop_table("shown_files")


def _rows(connection: sa.Connection) -> Iterator[dict[str, int]]:
    """Yield a row for each picture of a revision that is a file of its own article."""
    owners: dict[int, int] = dict(connection.execute(sa.select(_FILES.c.id, _FILES.c.article_id)).all())
    with_files = _REVISIONS.c.article_id.in_(sa.select(_FILES.c.article_id))
    ids = connection.scalars(sa.select(_REVISIONS.c.id).where(with_files)).all()
    for start in range(0, len(ids), _AT_ONCE):
        some = _REVISIONS.c.id.in_(ids[start : start + _AT_ONCE])
        for found in connection.execute(sa.select(_REVISIONS).where(some)):
            for number in _numbers(found.html):
                if owners.get(number) == found.article_id:
                    yield {"revision_id": found.id, "file_id": number}


def _numbers(cleaned: str) -> set[int]:
    pictures = _Pictures()
    pictures.feed(cleaned)
    pictures.close()
    return pictures.numbers


class _Pictures(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.numbers: set[int] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        found = _FILE.fullmatch(dict(attrs).get("src") or "") if tag == "img" else None
        if found is not None:
            self.numbers.add(int(found[1]))
