"""Keeping articles and their files in step, both ways. Where both were changed, neither is touched and it is said so.

What was last in step is remembered for each file: its bytes' hash and the article's published revision. A change on one
side is one that differs from that. People edit in the browser or in git; nobody's text is lost.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from servicedesk.database import db, now
from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge import queries, rules
from servicedesk.knowledge.actions.exporting import path_of, revision_in_file, text_of, write_file
from servicedesk.knowledge.actions.importing_pictures import list_attached
from servicedesk.knowledge.actions.reading_files import (
    BadFile,
    ReadFile,
    slug_candidates,
    title_and_body,
    walk,
    with_summary,
)
from servicedesk.knowledge.actions.translations import join_translations
from servicedesk.knowledge.actions.writing import add_revision, new_article, place
from servicedesk.knowledge.models import Article, ImportedFile, SyncedFile
from servicedesk.knowledge.rendering import Renderer
from servicedesk.search.actions import note_change

_NOTE = "kb_articles"
_CLOSED = N_(
    "Its article was drafted from an incident that only one team may read. Nothing was touched: take the file out of the tree."
)


@dataclass
class SyncReport:
    """What was moved which way, by path."""

    to_articles: list[str] = field(default_factory=list)
    to_files: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    in_step: int = 0
    conflicts: list[BadFile] = field(default_factory=list)
    bad: list[BadFile] = field(default_factory=list)
    restricted: list[BadFile] = field(default_factory=list)
    opened: list[BadFile] = field(default_factory=list)
    notes: list[BadFile] = field(default_factory=list)


class Sync:
    """One run over the tree. Nothing is committed here."""

    def __init__(self, root: Path, *, writes_files: bool = True, may_widen: bool = False) -> None:
        """With `writes_files` off, changes only go from the files to the articles.

        Without `may_widen` no file gives an article more readers than it has.
        """
        self.report = SyncReport()
        self._root = root
        self._writes_files, self._may_widen = writes_files, may_widen
        self._renderer = Renderer()
        self._translations: dict[str, str] = {}
        self._seen: set[str] = set()
        self._records = {record.path: record for record in db.session.scalars(select(SyncedFile))}
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
        """Bring both sides together, yielding each path when it is done."""
        try:
            for file in walk(self._root):
                if isinstance(file, BadFile):
                    self.report.bad.append(file)
                else:
                    self._file(file)
                self._seen.add(file.path)
                yield file.path
            for path in sorted(set(self._records) - self._seen):
                self._missing_file(self._records[path])
                yield path
            yield from self._new_articles()
            db.session.flush()
            join_translations(self._translations)
        finally:
            self._renderer.close()

    def _file(self, file: ReadFile) -> None:
        record = self._records.get(file.path)
        slug = slug_candidates(file)[0]
        article = self._by_id[record.article_id] if record else self._articles.get(slug)
        if article is not None and article.id in self._closed:
            self._conflict(file.path, _CLOSED)
            return
        if record is not None and article is not None:
            self._known_file(file, record, article)
            return
        if article is None:
            if file.source.state != "archived":
                self._take(file, slug)
        elif article.published_revision and _sha256(text_of(article)) == file.sha256:
            self._remember(file.path, article, file.sha256)
            self.report.in_step += 1
        else:
            self._conflict(
                file.path, N_("An article with this address exists already and reads differently.")
            )

    def _known_file(self, file: ReadFile, record: SyncedFile, article: Article) -> None:
        state_before = record.state
        if state_before is None:  # Of an earlier version.
            state_before = "published" if file.sha256 != record.file_sha256 else file.source.state
        # A day that has come (`expires`) changes what an unchanged file says.
        file_changed = file.sha256 != record.file_sha256 or file.source.state != state_before
        article_changed = revision_in_file(article).id != record.revision_id or article.state != state_before
        if file_changed and article_changed and _sha256(text_of(article)) != file.sha256:
            self._conflict(file.path, N_("File and article were both changed."))
        elif file_changed and article_changed:
            self._remember(file.path, article, file.sha256)
        elif file_changed:
            self._take_if_open(file, article)
        elif article_changed:
            self._give(article, file.path)
        else:
            self.report.in_step += 1

    def _take_if_open(self, file: ReadFile, article: Article) -> None:
        """Take the file, unless more people than now could read the article by it and nobody asked for that."""
        is_wider = rules.is_wider(file.source.draft.audience, article.audience)
        if is_wider and file.source.state == "published" and not self._may_widen:
            reason = N_("More people than now could read the article. With --widen it is opened to them.")
            self._conflict(file.path, reason)
            return
        if article.state == "archived" and file.source.state == "published":
            self.report.opened.append(BadFile(file.path, N_("It was archived and is published again.")))
        self._take(file, article.slug, article)

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
        known = {record.article_id for record in self._records.values()}
        known |= set(db.session.scalars(select(ImportedFile.article_id)))
        for article in list(self._articles.values()):
            path = path_of(article)
            is_due = article.state == "published" and article.id not in known | self._closed
            if is_due and not (self._root / path).exists():
                self._give(article, path)
                yield path

    def _take(self, file: ReadFile, slug: str, article: Article | None = None) -> None:
        """Publish what the file says as the next revision."""
        draft = with_summary(title_and_body(file))
        if not file.source.has_category:
            draft = replace(draft, category=rules.category_path("/".join(file.folders)))
        try:
            page = self._renderer.render(
                draft.body, slug=slug, language=file.language or "en", files=_files_of(article)
            )
        except InvalidInputError as error:
            self.report.bad.append(BadFile(file.path, str(error)))
            return
        if article is None:
            article = new_article(slug=slug, language=file.language or "en", draft=draft, by_id=None)
            self._articles[slug] = article
        revision = add_revision(article, draft, rendered=page, by_id=None, note=_NOTE)
        place(article, revision, state=file.source.state)
        if file.source.reasons:
            outcome = article.state if article.state != "published" else draft.audience
            self.report.restricted.append(BadFile(file.path, f"{outcome} ({'; '.join(file.source.reasons)})"))
        self.report.notes += [BadFile(file.path, note) for note in file.source.notes]
        self._by_id[article.id] = article
        self._remember(file.path, article, file.sha256)
        if file.source.translation_of:
            self._translations[slug] = file.source.translation_of
        self.report.to_articles.append(file.path)

    def _give(self, article: Article, path: str) -> None:
        """Write the article's file; at another place when its category changed."""
        if not self._writes_files:
            self.report.in_step += 1
            return
        target = path_of(article)
        data = write_file(self._root, target, text_of(article))
        if target != path:
            (self._root / path).unlink(missing_ok=True)
            db.session.delete(self._records.pop(path))
            db.session.flush()
        self._remember(target, article, hashlib.sha256(data).hexdigest())
        self._seen.add(target)
        self.report.to_files.append(target)

    def _remember(self, path: str, article: Article, file_sha256: str) -> None:
        db.session.flush()
        revision_id = revision_in_file(article).id
        record = self._records.get(path)
        if record is None:
            record = self._records[path] = SyncedFile(path=path, article_id=article.id)
            db.session.add(record)
        record.file_sha256, record.state, record.synced_at = file_sha256, article.state, now()
        record.revision_id = revision_id

    def _conflict(self, path: str, reason: str) -> None:
        self.report.conflicts.append(BadFile(path, reason))


def _files_of(article: Article | None) -> dict[str, int]:
    """Return the article's own files: a text that was edited in its file goes on showing them."""
    if article is None:
        return {}
    return {name: number for number, name, _ in list_attached([article.id])[article.id]}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
