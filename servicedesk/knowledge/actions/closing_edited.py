"""What its file closes and is not taken: an import keeps readers out as the file says, and touches no word of the text.

It was edited here, or more people could read by the file than now.
"""

import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from servicedesk.database import db
from servicedesk.errors import N_
from servicedesk.knowledge.actions.closing import as_it_is, close
from servicedesk.knowledge.actions.import_decisions import OPENING, given, is_edited_here
from servicedesk.knowledge.actions.import_planning import Planned
from servicedesk.knowledge.actions.import_report import ImportReport
from servicedesk.knowledge.actions.reading_files import BadFile
from servicedesk.knowledge.models import Article, ArticleRevision, ImportedFile
from servicedesk.knowledge.narrowing import is_stricter, narrowed
from servicedesk.knowledge.restrictions import Restriction
from servicedesk.knowledge.statements import State

_log = logging.getLogger(__name__)
_TEXT_STAYS = N_(
    "File and article were both changed. The article was closed as the file says; take the text over by hand."
)


@dataclass(frozen=True)
class Closing:
    """A file that closes more than before and is not taken. `reason`: why, "" if it has no other text to be taken.

    One that `waits` is taken as soon as somebody says that it may open the article.
    """

    planned: Planned
    known: ImportedFile
    reason: str
    waits: bool


def find_closing(planned: Planned, article: Article, digest: str, reason: str) -> Closing | None:
    """Return what is to be closed though its file is not taken, for `reason`; `digest` is of all that the file shows."""
    known = planned.known
    if known is None:
        return None
    if is_edited_here(known, article):
        found = Closing(planned, known, _TEXT_STAYS if known.file_sha256 != digest else "", waits=False)
    elif reason in OPENING:
        found = Closing(planned, known, reason, waits=True)
    else:
        return None
    return found if _closing(found, article) != as_it_is(article) else None


def close_all(waiting: list[Closing], *, note: str, report: ImportReport) -> None:
    """Close these and leave the list empty. The caller commits."""
    while waiting:
        due = waiting.pop()
        file, known = due.planned.file, due.known
        article = db.session.scalars(select(Article).where(Article.id == known.article_id)).one()
        try:
            with db.session.begin_nested():
                close(article, _closing(due, article), note=note)
                if due.waits:
                    _let_wait(known, file.source.state, article)
                elif is_stricter(file.source.state, given(known).state):
                    known.state = file.source.state
        except (SQLAlchemyError, ValueError) as error:
            _log.warning("An article could not be closed", extra={"path": file.path}, exc_info=error)
            report.bad.append(BadFile(file.path, N_("It could not be stored.")))
            continue
        report.tell_closed(file, as_it_is(article))
        if due.reason:
            report.bad.append(BadFile(file.path, due.reason))
        else:
            report.changed += 1


def _let_wait(known: ImportedFile, state: State, article: Article) -> None:
    """Note that the file is still to be taken, whatever it says by then, and that it is not what closed the article."""
    known.file_sha256, known.state, known.revision_number = "", state, article.newest_number


def _closing(due: Closing, article: Article) -> Restriction:
    """Return for whom and in which state the article is to be."""
    since = given(due.known, _audience_given(due.known))
    return narrowed(as_it_is(article), due.planned.file.source.restriction, since=since)


def _audience_given(known: ImportedFile) -> str:
    """Return the audience that the tree gave the article last: nobody's own revisions are the import's."""
    given_last = select(ArticleRevision.audience).where(
        ArticleRevision.article_id == known.article_id,
        ArticleRevision.number >= known.revision_number,
        ArticleRevision.author_id.is_(None),
    )
    return db.session.scalars(given_last.order_by(ArticleRevision.number.desc()).limit(1)).first() or ""
