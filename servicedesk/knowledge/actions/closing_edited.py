"""What its file closes and was edited here: readers are kept out as the file says, and no word of the text is touched."""

import logging
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from servicedesk.database import db
from servicedesk.errors import N_
from servicedesk.knowledge import queries, rules
from servicedesk.knowledge.actions.exporting import draft_of, state_of
from servicedesk.knowledge.actions.import_decisions import is_edited_here
from servicedesk.knowledge.actions.import_planning import Planned
from servicedesk.knowledge.actions.import_report import ImportReport
from servicedesk.knowledge.actions.reading_files import BadFile
from servicedesk.knowledge.actions.writing import add_revision, repeat_columns
from servicedesk.knowledge.models import Article, ArticleRevision, ImportedFile
from servicedesk.knowledge.rendering import Rendered
from servicedesk.knowledge.restrictions import Restriction, together
from servicedesk.knowledge.sources import Draft
from servicedesk.people.rules import GROUP_PREFIX
from servicedesk.search.actions import note_change

_log = logging.getLogger(__name__)
_STRICTNESS = {"published": 0, "draft": 1, "archived": 2}
_TEXT_STAYS = N_(
    "File and article were both changed. The article was closed as the file says; take the text over by hand."
)


@dataclass(frozen=True)
class Edited:
    """A file that closes more than before, whose article was edited here. `text_differs`: so was the file."""

    planned: Planned
    draft: Draft
    text_differs: bool


def find_closing(planned: Planned, article: Article, draft: Draft, digest: str) -> Edited | None:
    """Return what is to be closed although it was edited here; `digest` is of all that the file shows."""
    known = planned.known
    if known is None or not is_edited_here(known, article) or _closing(planned, article, draft) is None:
        return None
    return Edited(planned, draft, known.file_sha256 != digest)


def close_all(waiting: list[Edited], *, note: str, report: ImportReport) -> None:
    """Close these and leave the list empty. The caller commits."""
    while waiting:
        edited = waiting.pop()
        path, known = edited.planned.file.path, edited.planned.known
        of_file = select(Article).where(Article.id == (known.article_id if known else None))
        article = db.session.scalars(of_file).one()
        to = _closing(edited.planned, article, edited.draft)
        try:
            with db.session.begin_nested():
                _close(edited.planned, article, to or _as_it_is(article), note=note)
        except (SQLAlchemyError, ValueError) as error:
            _log.warning("An article could not be closed", extra={"path": path}, exc_info=error)
            report.bad.append(BadFile(path, N_("It could not be stored.")))
            continue
        outcome = article.state if article.state != "published" else article.audience
        report.restricted.append(
            BadFile(path, f"{outcome} ({'; '.join(edited.planned.file.source.reasons)})")
        )
        if edited.text_differs:
            report.bad.append(BadFile(path, _TEXT_STAYS))
        else:
            report.changed += 1


def _closing(planned: Planned, article: Article, draft: Draft) -> Restriction | None:
    """Return for whom and in which state the article is to be, if its file closes more than when it was last read.

    What somebody opened here since then stays open while the file says what it said.
    """
    known, source = planned.known, planned.file.source
    if known is None:
        return None
    closes = source.has_audience and rules.is_wider(_given_last(known), draft.audience)
    own = _as_it_is(article)
    state = source.state if _is_stricter(source.state, known.state) else "published"
    found = together(own, [Restriction(draft.audience if closes else "", state)])
    found = replace(found, audience=_narrower(own.audience, found.audience))
    return found if found != own else None


def _close(planned: Planned, article: Article, to: Restriction, *, note: str) -> None:
    """Give readers' and newest text the narrower audience, each as a revision with the same words."""
    published, newest = article.published_revision, queries.newest_revision(article)
    if to.audience != article.audience:
        if published is not None:
            article.published_revision = _copied(article, published, to.audience, note)
            repeat_columns(article, article.published_revision)
        if newest is not published:
            _copied(article, newest, to.audience, note)
    article.state = to.state
    if planned.known is not None and _is_stricter(planned.file.source.state, planned.known.state):
        planned.known.state = planned.file.source.state
    db.session.flush()
    note_change("article", article.id)


def _as_it_is(article: Article) -> Restriction:
    return Restriction(article.audience, state_of(article))


def _narrower(own: str, found: str) -> str:
    """Keep a group that was chosen here: the people of another may not read what was written for it."""
    return own if own.startswith(GROUP_PREFIX) else found


def _is_stricter(state: str, before: str | None) -> bool:
    return _STRICTNESS[state] > _STRICTNESS[before or "published"]


def _copied(article: Article, old: ArticleRevision, audience: str, note: str) -> ArticleRevision:
    """Write the same text once more, for nobody who may not read both."""
    narrow = _narrower(old.audience, together(Restriction(old.audience), [Restriction(audience)]).audience)
    page = Rendered(old.html, old.plain_text, old.contents, old.steps, [])
    draft = replace(draft_of(old), audience=narrow)
    revision = add_revision(article, draft, rendered=page, by_id=None, note=note)
    db.session.flush()
    return revision


def _given_last(known: ImportedFile) -> str:
    """Return the audience that the tree gave the article last: nobody's own revisions are the import's."""
    given = select(ArticleRevision.audience).where(
        ArticleRevision.article_id == known.article_id,
        ArticleRevision.number >= known.revision_number,
        ArticleRevision.author_id.is_(None),
    )
    return db.session.scalars(given.order_by(ArticleRevision.number.desc()).limit(1)).first() or ""
