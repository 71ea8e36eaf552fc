"""What its file closes and was edited here: an import keeps readers out as the file says, and touches no word of the text."""

import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from servicedesk.database import db
from servicedesk.errors import N_
from servicedesk.knowledge.actions.closing import as_it_is, close
from servicedesk.knowledge.actions.import_decisions import given, is_edited_here
from servicedesk.knowledge.actions.import_planning import Planned
from servicedesk.knowledge.actions.import_report import ImportReport
from servicedesk.knowledge.actions.reading_files import BadFile
from servicedesk.knowledge.models import Article, ArticleRevision, ImportedFile
from servicedesk.knowledge.narrowing import is_stricter, narrowed
from servicedesk.knowledge.restrictions import Restriction

_log = logging.getLogger(__name__)
_TEXT_STAYS = N_(
    "File and article were both changed. The article was closed as the file says; take the text over by hand."
)


@dataclass(frozen=True)
class Edited:
    """A file that closes more than before, whose article was edited here. `text_differs`: so was the file."""

    planned: Planned
    known: ImportedFile
    text_differs: bool


def find_closing(planned: Planned, article: Article, digest: str) -> Edited | None:
    """Return what is to be closed although it was edited here; `digest` is of all that the file shows."""
    known = planned.known
    if known is None or not is_edited_here(known, article):
        return None
    edited = Edited(planned, known, known.file_sha256 != digest)
    return edited if _closing(edited, article) != as_it_is(article) else None


def close_all(waiting: list[Edited], *, note: str, report: ImportReport) -> None:
    """Close these and leave the list empty. The caller commits."""
    while waiting:
        edited = waiting.pop()
        file, known = edited.planned.file, edited.known
        article = db.session.scalars(select(Article).where(Article.id == known.article_id)).one()
        try:
            with db.session.begin_nested():
                close(article, _closing(edited, article), note=note)
                if is_stricter(file.source.state, given(known).state):
                    known.state = file.source.state
        except (SQLAlchemyError, ValueError) as error:
            _log.warning("An article could not be closed", extra={"path": file.path}, exc_info=error)
            report.bad.append(BadFile(file.path, N_("It could not be stored.")))
            continue
        report.tell_closed(file, as_it_is(article))
        if edited.text_differs:
            report.bad.append(BadFile(file.path, _TEXT_STAYS))
        else:
            report.changed += 1


def _closing(edited: Edited, article: Article) -> Restriction:
    """Return for whom and in which state the article is to be."""
    since = given(edited.known, _audience_given(edited.known))
    return narrowed(as_it_is(article), edited.planned.file.source.restriction, since=since)


def _audience_given(known: ImportedFile) -> str:
    """Return the audience that the tree gave the article last: nobody's own revisions are the import's."""
    given_last = select(ArticleRevision.audience).where(
        ArticleRevision.article_id == known.article_id,
        ArticleRevision.number >= known.revision_number,
        ArticleRevision.author_id.is_(None),
    )
    return db.session.scalars(given_last.order_by(ArticleRevision.number.desc()).limit(1)).first() or ""
