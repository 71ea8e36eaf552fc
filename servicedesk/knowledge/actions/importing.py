"""Taking in a tree of Markdown, in batches: started again, it goes on where it was; done again, it changes nothing."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from threading import local

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from servicedesk import database
from servicedesk.database import db, now
from servicedesk.errors import N_, InvalidInputError, ServiceDeskError
from servicedesk.knowledge import rules
from servicedesk.knowledge.actions.closing_edited import Closing, close_all, find_closing
from servicedesk.knowledge.actions.import_decisions import NOTHING_MORE, UNCHANGED, Allowed, why_not
from servicedesk.knowledge.actions.import_planning import Planned, Planner
from servicedesk.knowledge.actions.import_report import ImportReport
from servicedesk.knowledge.actions.importing_pictures import (
    ArticlePictures,
    PictureTree,
    StoredPicture,
    attach,
    list_attached,
    store,
)
from servicedesk.knowledge.actions.reading_files import (
    BadFile,
    title_and_body,
    with_summary,
)
from servicedesk.knowledge.actions.translations import join_translations
from servicedesk.knowledge.actions.writing import add_revision, new_article, place
from servicedesk.knowledge.models import Article, ImportedFile
from servicedesk.knowledge.rendering import PATIENCE_S, Rendered, Renderer
from servicedesk.knowledge.sources import Draft

_log = logging.getLogger(__name__)
# What is written at once: others wait that long for the database, and longer where there are fewer processors than work.
BATCH = 4
_RENDERERS = 2


@dataclass(frozen=True)
class _Change:
    """What is to be written for a file: the draft, what the article has already, and its new pictures."""

    planned: Planned
    draft: Draft
    digest: str
    files: Mapping[str, int]
    new: Sequence[StoredPicture]


class ImportPlan:
    """One tree, looked through: every file has its address before the first is written, for links need them all.

    Nobody waits for the database while files are read, pictures stored and texts rendered: each batch is written at once
    afterwards, in a short transaction.
    """

    def __init__(
        self,
        root: Path,
        *,
        files_dir: Path,
        language: str = "en",
        audience: str = "",
        tree: str = "",
        allowed: Allowed = NOTHING_MORE,
    ) -> None:
        """Read all headers. `language` and `audience` are for files that do not say; pictures go to `files_dir`.

        `tree` is the tree's name, if it was given one. Raises InvalidInputError when it has to be.
        """
        self.report = ImportReport()
        self._pictures, self._files_dir = PictureTree(root), files_dir
        self._note = f"Import: {tree or '/'.join(root.resolve().parts[-2:])}"
        self._allowed = allowed
        self._closing: list[Closing] = []
        planner = Planner(root.resolve(), tree, self.report, audience=audience, may_widen=allowed.widening)
        self._planned = planner.plan()
        self._source, self._texts = planner.source, planner.texts
        self._recorded_source = planner.recorded_source
        for one in self._planned:
            one.language = one.language or language

    def __len__(self) -> int:
        """Count the files to go through."""
        return len(self._planned)

    def run(self) -> Iterator[int]:
        """Write batch after batch, yielding the number of files done: the caller commits at each."""
        rendering = local()
        with ThreadPoolExecutor(_RENDERERS) as threads:
            renderers: list[Renderer] = []
            render = _thread_renderer(rendering, renderers)
            try:
                for start in range(0, len(self._planned), BATCH):
                    batch = self._planned[start : start + BATCH]
                    self._write_batch(batch, threads, render)
                    yield len(batch)
                translations = {
                    one.slug: one.file.source.translation_of
                    for one in self._planned
                    if one.file.source.translation_of
                }
                for _ in join_translations(translations):
                    yield 0
            finally:
                self._texts.close()
                for renderer in renderers:
                    renderer.close()

    def _write_batch(
        self, batch: Sequence[Planned], threads: ThreadPoolExecutor, render: Callable[..., Rendered | str]
    ) -> None:
        database.start_reading()
        articles = self._articles(batch)
        found = [self._change_safely(planned, articles) for planned in batch]
        database.start_writing()
        changes = [
            stored for change, pictures in filter(None, found) if (stored := self._store(change, pictures))
        ]
        pages = list(
            threads.map(
                lambda one: render(one.draft.body, one.planned.slug, one.planned.language, one.files), changes
            )
        )
        self._rename()
        articles = self._articles([change.planned for change in changes])
        for change, page in zip(changes, pages, strict=True):
            if isinstance(page, str):
                self._refuse(change.planned, page)
            elif page.is_empty:
                self._refuse(change.planned, N_("The file has no text."))
            else:
                change = replace(change, draft=with_summary(change.draft, page))
                self._write_safely(change, page, articles)
        close_all(self._closing, note=self._note, report=self.report)

    def _rename(self) -> None:
        """Record what came in under an earlier name under the present one, also files that are there no more."""
        if self._recorded_source != self._source:
            recorded = ImportedFile.source == self._recorded_source
            db.session.execute(update(ImportedFile).where(recorded).values(source=self._source))
            self._recorded_source = self._source

    def _change_safely(
        self, planned: Planned, articles: Mapping[int, Article]
    ) -> tuple[_Change, ArticlePictures] | None:
        try:
            return self._change(planned, articles[planned.known.article_id] if planned.known else None)
        except SQLAlchemyError:
            raise
        except Exception:  # noqa: BLE001 - whatever one file does, the others go in.
            _log.exception("A file could not be read", extra={"path": planned.file.path})
            self._refuse(planned, N_("The file cannot be read."))
            return None

    def _change(self, planned: Planned, article: Article | None) -> tuple[_Change, ArticlePictures] | None:
        """Say what is to be written for a file, if anything, and which pictures it shows."""
        audience, may_widen = planned.file.source.draft.audience, self._allowed.widening
        own = list_attached(article, audience, may_widen=may_widen) if article else ()
        pictures = ArticlePictures(
            self._pictures,
            PurePosixPath(planned.file.path).parent,
            [(name, sha256) for _, name, sha256 in own],
        )
        try:
            draft = self._draft(planned, pictures)
        except InvalidInputError as error:
            self._refuse(planned, str(error))
            return None
        self.report.pictures_left_out += sum(map(len, pictures.left_out.values()))
        self.report.bad_pictures += [BadFile(planned.file.path, reason) for reason in pictures.reasons()]
        digest = pictures.digest(planned.file.sha256)
        reason = why_not(planned, digest, article, draft, self._allowed)
        if article and (due := find_closing(planned, article, digest, reason)):
            self._closing.append(due)
            return None
        if reason == UNCHANGED:
            self.report.unchanged += 1
        elif reason:
            self._refuse(planned, reason)
        if reason:
            return None
        return _Change(planned, draft, digest, {name: number for number, name, _ in own}, ()), pictures

    def _store(self, change: _Change, pictures: ArticlePictures) -> _Change | None:
        """Store the bytes of new pictures; those of a file that stays out after all are removed as orphans."""
        try:
            new = store(pictures.new, root=self._files_dir)
        except (ServiceDeskError, OSError):
            self._refuse(
                change.planned, N_("A picture could not be stored. Make room on the disk and import again.")
            )
            return None
        return replace(change, files={**change.files, **{one.name: one.number for one in new}}, new=new)

    def _refuse(self, planned: Planned, reason: str) -> None:
        self.report.bad.append(BadFile(planned.file.path, reason))

    def _draft(self, planned: Planned, pictures: ArticlePictures) -> Draft:
        draft = title_and_body(planned.file)
        source = planned.file.source
        text = self._texts.translate(planned.file.path, draft.body, pictures.find)
        self.report.tell_lost(planned.file.path, text)
        category = (
            draft.category if source.has_category else rules.category_path("/".join(planned.file.folders))
        )
        return replace(draft, body=text.body, category=category)

    def _articles(self, planned: Sequence[Planned]) -> Mapping[int, Article]:
        ids = [one.known.article_id for one in planned if one.known is not None]
        found = db.session.scalars(select(Article).where(Article.id.in_(ids))) if ids else ()
        return {article.id: article for article in found}

    def _write_safely(self, change: _Change, page: Rendered, articles: Mapping[int, Article]) -> None:
        """Write one file's article; what the database does not take is that file's line in the report."""
        planned = change.planned
        article = articles[planned.known.article_id] if planned.known else None
        if article is not None and planned.known and article.newest_number != planned.known.revision_number:
            self._refuse(planned, N_("The article was changed at this moment. Import again."))
            return
        state_before, slug_before = article.state if article is not None else "", planned.slug
        try:
            with db.session.begin_nested():
                self._write(change, page, article)
        except (SQLAlchemyError, ValueError) as error:
            _log.warning("An article could not be stored", extra={"path": planned.file.path}, exc_info=error)
            self._refuse(planned, N_("It could not be stored."))
            return
        if planned.known is None:
            self.report.added += 1
        else:
            self.report.changed += 1
        self.report.pictures += len(change.new)
        self.report.tell(
            planned.file, change.draft, state_before=state_before, slugs=(slug_before, planned.slug)
        )

    def _write(self, change: _Change, page: Rendered, article: Article | None) -> None:
        planned, known = change.planned, change.planned.known
        if article is None:
            article = new_article(
                slug=planned.slug, language=planned.language, draft=change.draft, by_id=None
            )
            db.session.flush()
        html = page.html
        for stand_in, number in attach(article, change.new).items():
            html = html.replace(f"/files/{stand_in}", f"/files/{number}")
        rendered = replace(page, html=html)
        revision = add_revision(article, change.draft, rendered=rendered, by_id=None, note=self._note)
        place(article, revision, state=planned.file.source.state, slug=planned.file.source.slug)
        planned.slug = article.slug
        if known is None:
            known = ImportedFile(source=self._source, path=planned.file.path, article_id=article.id)
            db.session.add(known)
        known.file_sha256, known.revision_number = change.digest, revision.number
        known.text_sha256, known.state = planned.file.sha256, planned.file.source.state
        known.imported_at = now()
        db.session.flush()


def _thread_renderer(
    rendering: local, renderers: list[Renderer]
) -> Callable[[str, str, str, Mapping[str, int]], Rendered | str]:
    """Return what renders a text in this thread, or says why it cannot."""

    def render(body: str, slug: str, language: str, files: Mapping[str, int]) -> Rendered | str:
        if not hasattr(rendering, "own"):
            rendering.own = Renderer(patience_s=PATIENCE_S)
            renderers.append(rendering.own)
        try:
            return rendering.own.render(body, slug=slug, language=language, files=files)  # type: ignore[no-any-return]
        except InvalidInputError as error:
            return str(error)

    return render
