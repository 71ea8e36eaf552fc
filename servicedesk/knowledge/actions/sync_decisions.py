"""Which side of an article and its file was changed since both were in step, and so what is to be done."""

import hashlib
from enum import Enum

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge import queries, rules
from servicedesk.knowledge.actions.closing import as_it_is
from servicedesk.knowledge.actions.exporting import revision_in_file, text_of
from servicedesk.knowledge.actions.import_decisions import ARCHIVED_HERE, CLOSED_HERE, OPENS
from servicedesk.knowledge.actions.reading_files import ReadFile, title_and_body
from servicedesk.knowledge.likeness import is_replaced
from servicedesk.knowledge.models import Article, ArticleRevision, SyncedFile
from servicedesk.knowledge.narrowing import narrowed, narrows
from servicedesk.knowledge.restrictions import NOTHING_RESTRICTED, Restriction
from servicedesk.knowledge.statements import state_named


class Due(Enum):
    """What is to be done to bring both into step."""

    NOTHING = "nothing"
    REMEMBER = "remember that both are the same"
    TAKE = "take the file"
    GIVE = "write the file"
    DECIDE = "somebody has to decide"


def due(file: ReadFile, record: SyncedFile, article: Article) -> Due:
    """Say what is to be done for a file that was in step before."""
    before, said = in_step(file, record, article), file.source.restriction
    # A day that has come (`expires`), and what its folder says by now, change what an unchanged file says.
    says_other = said.state != before.state or narrows(said, before)
    file_changed = file.sha256 != record.file_sha256 or says_other
    article_changed = revision_in_file(article).id != record.revision_id or article.state != before.state
    is_same = reads_alike(file, article) and not closes_more(file, article)
    if file_changed and article_changed:
        return Due.REMEMBER if is_same else Due.DECIDE
    if file_changed:
        return Due.TAKE
    if article_changed:
        return Due.GIVE
    return Due.NOTHING if record.path == file.path else Due.REMEMBER


def reads_alike(file: ReadFile, article: Article) -> bool:
    """Tell whether the file is what would be written for the article."""
    return hashlib.sha256(text_of(article).encode()).hexdigest() == file.sha256


def closes_more(file: ReadFile, article: Article) -> bool:
    """Tell whether the file, or the folder that it lies in, keeps people out who may read the article."""
    return narrows(file.source.restriction, as_it_is(article))


def why_not_take(file: ReadFile, record: SyncedFile | None, article: Article, *, may_widen: bool) -> str:
    """Return why a file is not taken: more people could read the article by it, and nobody asked for that. "" if it is."""
    if may_widen or file.source.state != "published":
        return ""
    if article.state != "published" and (record is None or record.is_closed_here):
        return CLOSED_HERE if article.state == "draft" else ARCHIVED_HERE
    if rules.is_wider(title_and_body(file).audience, article.audience):
        return OPENS
    return ""


def closing(file: ReadFile, record: SyncedFile | None, article: Article) -> Restriction:
    """Return for whom and in which state the article of a file is to be that is not taken for it was changed as well.

    Without a record nobody knows whether they belong together: then their texts tell.
    """
    if record is not None:
        since = in_step(file, record, article)
    elif _is_of_other(file, article):
        return as_it_is(article)
    else:
        since = NOTHING_RESTRICTED
    return narrowed(as_it_is(article), file.source.restriction, since=since)


def in_step(file: ReadFile, record: SyncedFile, article: Article) -> Restriction:
    """Return for whom an article was, and in which state, when it and its file were in step."""
    state = state_named(record.state)
    if record.state is None and file.sha256 == record.file_sha256:  # Of an earlier version.
        state = file.source.state
    return Restriction(_audience_in_step(record, article), state)


def _is_of_other(file: ReadFile, article: Article) -> bool:
    """Tell whether the file's text is another one that only has the same address."""
    revision, draft = queries.newest_revision(article), title_and_body(file)
    return is_replaced(revision.title, revision.body, draft.title, draft.body)


def _audience_in_step(record: SyncedFile, article: Article) -> str:
    revision = revision_in_file(article)
    if revision.id == record.revision_id:
        return revision.audience
    of_record = select(ArticleRevision.audience).where(ArticleRevision.id == record.revision_id)
    return db.session.scalars(of_record).one()
