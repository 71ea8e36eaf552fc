"""Keeping articles and their files in step, both ways. Where both were changed, neither text is touched and it is said so.

What was last in step is remembered for each file: its bytes' hash and the article's published revision. A change on one
side is one that differs from that. People edit in the browser or in git; nobody's text is lost.
"""

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from servicedesk import database
from servicedesk.database import db
from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge import queries, rules
from servicedesk.knowledge.actions.closing import as_it_is, close
from servicedesk.knowledge.actions.exporting import path_of
from servicedesk.knowledge.actions.giving_files import FileGiver, NotGivenError
from servicedesk.knowledge.actions.import_report import CLOSED, READS_LIKE, SyncReport
from servicedesk.knowledge.actions.importing_pictures import files_of
from servicedesk.knowledge.actions.lost_restrictions import GoneArticles, restricted_without_file
from servicedesk.knowledge.actions.reading_files import (
    BadFile,
    ReadFile,
    slug_candidates,
    title_and_body,
    walk,
    with_summary,
)
from servicedesk.knowledge.actions.sync_decisions import (
    Due,
    closes_more,
    closing,
    due,
    reads_alike,
    why_not_take,
)
from servicedesk.knowledge.actions.synced_files import SyncedFiles
from servicedesk.knowledge.actions.translations import join_translations
from servicedesk.knowledge.actions.writing import add_revision, new_article, place
from servicedesk.knowledge.models import Article, ImportedFile, SyncedFile
from servicedesk.knowledge.rendering import PATIENCE_S, Rendered, Renderer
from servicedesk.knowledge.restrictions import Restriction
from servicedesk.knowledge.sources import Draft
from servicedesk.search.actions import note_change

_log = logging.getLogger(__name__)
_NOTE = "kb_articles"
_OTHER_TEXT = N_("An article with this address exists already and reads differently.")


class Sync:
    """One run over the tree. The caller commits whenever it yields; what is slow happens between, without a transaction."""

    def __init__(self, root: Path, *, writes_files: bool = True, may_widen: bool = False) -> None:
        """With `writes_files` off, changes only go from the files to the articles.

        Without `may_widen` no file gives an article more readers than it has.
        """
        self.report = SyncReport()
        self._root, self._giver = root, FileGiver(root)
        self._writes_files, self._may_widen = writes_files, may_widen
        self._renderer = Renderer(patience_s=PATIENCE_S)
        self._translations: dict[str, str] = {}
        self._paths: set[str] = set()
        self._gone = GoneArticles(())
        database.start_reading()
        self._known = SyncedFiles()
        self._articles = {
            article.slug: article
            for article in db.session.scalars(
                select(Article).options(
                    joinedload(Article.published_revision), joinedload(Article.translation_of)
                )
            )
        }
        self._by_id = {article.id: article for article in self._articles.values()}
        self._closed = set(db.session.scalars(queries.closed_articles()))

    def run(self) -> Iterator[str]:
        """Bring both sides together, yielding each path after which there is something to commit."""
        for path in self._run():
            yield path
            for left in self._giver.remove_left():
                self._conflict(left, N_("It stands at another place now and could not be removed here."))

    def _run(self) -> Iterator[str]:
        files = list(walk(self._root))
        self._paths = {file.path for file in files}
        if not self._may_widen:
            there = {id for id, path in self._known.path_of.items() if path in self._paths}
            self._gone = restricted_without_file(self._articles.values(), there)
        try:
            for file in files:
                database.start_reading()
                if isinstance(file, BadFile):
                    self.report.bad.append(file)
                elif self._file(file):
                    yield file.path
            database.start_writing()
            yield from self._missing_files()
            yield from self._new_articles()
            yield from ("" for _ in join_translations(self._translations))
        finally:
            self._renderer.close()

    def _file(self, file: ReadFile) -> bool:
        """Bring one file and its article together; tell whether something was written."""
        slug = slug_candidates(file)[0]
        record = self._known.find(file.path) or self._moved_record(slug)
        article = self._by_id[record.article_id] if record else self._articles.get(slug)
        if article is not None and article.id in self._closed:
            self._conflict(file.path, CLOSED)
        elif record is not None and article is not None:
            return self._known_file(file, record, article)
        elif article is None and (lost := self._gone.find(file, title_and_body(file).audience)) is not None:
            self._conflict(file.path, f"{READS_LIKE} {lost.path}")
        elif article is None:
            return file.source.state != "archived" and self._take(file, slug)
        elif article.published_revision and reads_alike(file, article):
            if closes_more(file, article):
                return self._take_if_allowed(file, record, article)
            self.report.in_step += 1
            return self._write(
                file.path, article, partial(self._known.remember, file.path, article, file.sha256)
            )
        else:
            return self._leave(file, None, article, _OTHER_TEXT)
        return False

    def _moved_record(self, slug: str) -> SyncedFile | None:
        """Return what is known of this article's file at its former place, if none is there now."""
        article = self._articles.get(slug)
        path = self._known.path_of.get(article.id, "") if article else ""
        return self._known.find(path) if path not in self._paths else None

    def _known_file(self, file: ReadFile, record: SyncedFile, article: Article) -> bool:
        todo = due(file, record, article)
        if todo == Due.DECIDE:
            return self._leave(file, record, article, N_("File and article were both changed."))
        if todo == Due.REMEMBER:
            return self._write(
                file.path, article, partial(self._known.remember, file.path, article, file.sha256)
            )
        if todo == Due.TAKE:
            return self._take_if_allowed(file, record, article)
        if todo == Due.GIVE and self._writes_files:
            return self._write(file.path, article, partial(self._give, article, file))
        self.report.in_step += 1
        return False

    def _leave(
        self, file: ReadFile, record: SyncedFile | None, article: Article, reason: str, *, waits: bool = False
    ) -> bool:
        """Name a conflict and touch no text; whom the file keeps out is kept out at once. One that `waits` is taken later."""
        self._conflict(file.path, reason)
        to = closing(file, record, article)
        write = partial(self._close, file, article, to, waits=waits)
        return to != as_it_is(article) and self._write(file.path, article, write)

    def _close(self, file: ReadFile, article: Article, to: Restriction, *, waits: bool) -> None:
        close(article, to, note=_NOTE)
        if waits:
            self._known.remember_closed(file.path, article, file.sha256)
        self.report.tell_closed(file, to)

    def _take_if_allowed(self, file: ReadFile, record: SyncedFile | None, article: Article) -> bool:
        """Take a file, unless more people could read by it: then nobody may whom not both let read."""
        if reason := why_not_take(file, record, article, may_widen=self._may_widen):
            return self._leave(file, record, article, reason, waits=True)
        return self._take(file, article.slug, article)

    def _write(self, path: str, article: Article | None, write: Callable[[], None]) -> bool:
        """Do what was decided, in a transaction of its own, unless the article was changed since it was looked at."""
        before = article and (article.newest_number, article.state, article.published_revision_id)
        database.start_writing()
        if article and before != (article.newest_number, article.state, article.published_revision_id):
            self._leave_lock()
            self._conflict(path, N_("The article was changed at this moment. Sync again."))
            return False
        try:
            with db.session.begin_nested():
                write()
        except NotGivenError as error:
            self._conflict(path, str(error))
        except (SQLAlchemyError, OSError, RuntimeError, ValueError) as error:
            _log.warning("A file could not be brought into step", extra={"path": path}, exc_info=error)
            self.report.not_stored.append(BadFile(path, N_("It could not be stored.")))
        else:
            return True
        self._leave_lock()
        self._giver.keep_left()
        self._known.read_anew()
        return False

    def _leave_lock(self) -> None:
        """Give the write lock back: there is nothing to commit, and the files that follow may have nothing either."""
        db.session.rollback()
        database.start_reading()

    def _missing_files(self) -> Iterator[str]:
        """Archive the articles of deleted files, unless so many are gone that this is more likely another folder."""
        bad = ["" if file.path == "." else f"{file.path}/" for file in self.report.bad]
        missing = [
            path
            for path in sorted(self._known.paths - self._paths - set(self.report.to_files))
            if not any(path.startswith(folder) for folder in bad)  # A folder that cannot be read.
            and not os.path.lexists(self._root / path)  # It came while the others were read.
        ]
        if len(missing) > max(1, len(self._known) // 4):
            reason = N_(
                "Unusually many files are gone, so no article was archived. Is it the right folder? If so, archive them here."
            )
            self._conflict(missing[0], reason)
            return
        for path in missing:
            if (record := self._known.find(path)) is not None:
                self._missing_file(record)
                yield path

    def _missing_file(self, record: SyncedFile) -> None:
        """Take the article of a deleted file away from readers, unless it was changed meanwhile."""
        article = self._by_id[record.article_id]
        if article.published_revision_id != record.revision_id:
            self._conflict(record.path, N_("The file was deleted and the article was changed."))
            return
        if article.state == "published":
            article.state = "archived"
            note_change("article", article.id)
            self.report.archived.append(record.path)
        db.session.delete(record)

    def _new_articles(self) -> Iterator[str]:
        """Write files for articles that were published here. Those from an imported tree have files of their own."""
        if not self._writes_files:
            return
        database.start_reading()
        known = self._known.path_of.keys() | set(db.session.scalars(select(ImportedFile.article_id)))
        published = select(Article).where(Article.state == "published").order_by(Article.id)
        articles = db.session.scalars(published)
        due = [(one, path_of(one)) for one in articles if one.id not in known | self._closed]
        told = {file.path for file in (*self.report.conflicts, *self.report.bad)}
        for article, path in due:
            if path not in told and self._write(path, article, partial(self._give, article, None)):
                yield path

    def _take(self, file: ReadFile, slug: str, article: Article | None = None) -> bool:
        """Make what the file says the next revision: rendered first, while nobody waits for the database."""
        draft = title_and_body(file)
        if not file.source.has_category:
            draft = replace(draft, category=rules.category_path("/".join(file.folders)))
        language = file.language or "en"
        files = files_of(article, draft.audience, may_widen=self._may_widen)
        before = article and article.newest_number
        database.start_writing()
        try:
            page = self._renderer.render(draft.body, slug=slug, language=language, files=files)
        except InvalidInputError as error:
            self.report.bad.append(BadFile(file.path, str(error)))
            return False
        if page.is_empty:
            self.report.bad.append(BadFile(file.path, N_("The file has no text.")))
            return False
        if article and article.newest_number != before:
            self._leave_lock()
            self._conflict(file.path, N_("The article was changed at this moment. Sync again."))
            return False
        draft = with_summary(draft, page)
        return self._write(file.path, article, partial(self._publish, file, draft, slug, page, article))

    def _publish(
        self, file: ReadFile, draft: Draft, slug: str, page: Rendered, article: Article | None
    ) -> None:
        state_before = article.state if article is not None else ""
        if article is None:
            article = new_article(slug=slug, language=file.language or "en", draft=draft, by_id=None)
        revision = add_revision(article, draft, rendered=page, by_id=None, note=_NOTE)
        place(article, revision, state=file.source.state, slug=file.source.slug)
        self.report.tell(file, draft, state_before=state_before, slugs=(slug, article.slug))
        self._known.remember(file.path, article, file.sha256, by_file=True)
        self._articles[article.slug] = self._by_id[article.id] = article
        if file.source.translation_of:
            self._translations[article.slug] = file.source.translation_of
        self.report.to_articles.append(file.path)

    def _give(self, article: Article, instead_of: ReadFile | None) -> None:
        """Write the article's file; at another place when its category changed."""
        others = self._paths | (self._known.paths - {self._known.path_of.get(article.id)})
        target, sha256 = self._giver.give(article, instead_of, others=others)
        self._known.remember(target, article, sha256)
        self.report.to_files.append(target)

    def _conflict(self, path: str, reason: str) -> None:
        self.report.conflicts.append(BadFile(path, reason))
