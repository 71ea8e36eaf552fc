"""Which side of an article and its file was changed since both were in step, and so what is to be done."""

import hashlib
from enum import Enum

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.errors import N_
from servicedesk.knowledge import rules
from servicedesk.knowledge.actions.exporting import revision_in_file, text_of
from servicedesk.knowledge.actions.reading_files import ReadFile, title_and_body
from servicedesk.knowledge.models import Article, ArticleRevision, SyncedFile


class Due(Enum):
    """What is to be done to bring both into step."""

    NOTHING = "nothing"
    REMEMBER = "remember that both are the same"
    TAKE = "take the file"
    GIVE = "write the file"
    DECIDE = "somebody has to decide"


def due(file: ReadFile, record: SyncedFile, article: Article) -> Due:
    """Say what is to be done for a file that was in step before."""
    state_before = record.state
    if state_before is None:  # Of an earlier version.
        state_before = "published" if file.sha256 != record.file_sha256 else file.source.state
    closes = _closes(file, _audience_in_step(record, article))
    # A day that has come (`expires`), and what its folder says by now, change what an unchanged file says.
    file_changed = file.sha256 != record.file_sha256 or file.source.state != state_before or closes
    article_changed = revision_in_file(article).id != record.revision_id or article.state != state_before
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
    return _closes(file, article.audience)


def why_not_take(file: ReadFile, article: Article, *, may_widen: bool) -> str:
    """Return why a file is not taken: more people could read the article by it, and nobody asked for that. "" if it is."""
    is_wider = rules.is_wider(title_and_body(file).audience, article.audience)
    if is_wider and file.source.state == "published" and not may_widen:
        return N_("More people than now could read the article. With --widen it is opened to them.")
    return ""


def _closes(file: ReadFile, audience: str) -> bool:
    return file.source.has_audience and rules.is_wider(audience, title_and_body(file).audience)


def _audience_in_step(record: SyncedFile, article: Article) -> str:
    revision = revision_in_file(article)
    if revision.id == record.revision_id:
        return revision.audience
    in_step = select(ArticleRevision.audience).where(ArticleRevision.id == record.revision_id)
    return db.session.scalars(in_step).one()
