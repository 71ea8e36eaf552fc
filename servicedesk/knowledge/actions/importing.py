"""Taking in a tree of Markdown, in batches: started again, it goes on where it was; done again, it changes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from threading import local

from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.errors import N_, InvalidInputError, ServiceDeskError
from servicedesk.knowledge import queries, rules
from servicedesk.knowledge.actions.import_planning import Planned, Planner
from servicedesk.knowledge.actions.import_report import ImportReport
from servicedesk.knowledge.actions.importing_pictures import (
    ArticlePictures,
    PictureTree,
    attach,
    list_attached,
    take_off,
)
from servicedesk.knowledge.actions.reading_files import (
    BadFile,
    title_and_body,
    with_summary,
)
from servicedesk.knowledge.actions.translations import join_translations
from servicedesk.knowledge.actions.writing import add_revision, new_article, place
from servicedesk.knowledge.foreign_markdown import to_our_markdown
from servicedesk.knowledge.likeness import is_replaced
from servicedesk.knowledge.models import Article, ArticleFile, ImportedFile
from servicedesk.knowledge.picture_references import rewrite_pictures
from servicedesk.knowledge.rendering import Rendered, Renderer
from servicedesk.knowledge.sources import Draft

BATCH = 100
_RENDERERS = 2


@dataclass(frozen=True)
class Allowed:
    """What the person who runs it allows beyond the ordinary: more readers, other texts in the place of old ones."""

    widening: bool = False
    replacing: bool = False


NOTHING_MORE = Allowed()


@dataclass
class _Change:
    """What is to be written for a file: the draft, its article, and number and name of the files that it shows."""

    planned: Planned
    draft: Draft
    digest: str
    article: Article | None
    files: dict[str, int]
    attached: list[ArticleFile]


class ImportPlan:
    """One tree, looked through: every file has its address before the first is written, for links need them all."""

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
        self._audience, self._note = audience, f"Import: {tree or '/'.join(root.resolve().parts[-2:])}"
        self._allowed = allowed
        planner = Planner(root.resolve(), tree, self.report)
        self._planned = planner.plan()
        self._source, self._links = planner.source, planner.links
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
                self._rename()
                for start in range(0, len(self._planned), BATCH):
                    batch = self._planned[start : start + BATCH]
                    self._write_batch(batch, threads, render)
                    yield len(batch)
                join_translations(
                    {
                        one.slug: one.file.source.translation_of
                        for one in self._planned
                        if one.file.source.translation_of
                    }
                )
                yield 0
            finally:
                for renderer in renderers:
                    renderer.close()

    def _rename(self) -> None:
        """Record what came in under an earlier name under the present one, also files that are there no more."""
        db.session.execute(
            update(ImportedFile)
            .where(ImportedFile.source == self._recorded_source)
            .values(source=self._source)
        )

    def _write_batch(
        self, batch: Sequence[Planned], threads: ThreadPoolExecutor, render: Callable[..., Rendered | None]
    ) -> None:
        articles = self._articles(batch)
        files = list_attached(articles)
        changes = [
            change for planned in batch if (change := self._change(planned, articles, files)) is not None
        ]
        pages = threads.map(
            lambda one: render(one.draft.body, one.planned.slug, one.planned.language, one.files), changes
        )
        for change, page in zip(changes, pages, strict=True):
            if page is None:
                self._take_back(change)
                self._refuse(change.planned, N_("The text is built in a way that takes too long to show."))
            else:
                self._write(change, page)
        db.session.flush()

    def _change(
        self,
        planned: Planned,
        articles: Mapping[int, Article],
        files: Mapping[int, Sequence[tuple[int, str, str]]],
    ) -> _Change | None:
        """Say what is to be written for a file, if anything; its new pictures are attached by then."""
        own = files[planned.known.article_id] if planned.known else ()
        pictures = ArticlePictures(
            self._pictures,
            PurePosixPath(planned.file.path).parent,
            [(name, sha256) for _, name, sha256 in own],
        )
        draft = self._draft(planned, pictures)
        self.report.pictures_left_out += sum(map(len, pictures.left_out.values()))
        self.report.bad_pictures += [BadFile(planned.file.path, reason) for reason in pictures.reasons()]
        digest = pictures.digest(planned.file.sha256)
        article = articles[planned.known.article_id] if planned.known else None
        if not self._is_due(planned, digest, article, draft) or not self._may_open(planned, article, draft):
            return None
        change = _Change(planned, draft, digest, article, {name: number for number, name, _ in own}, [])
        return change if not pictures.new or self._attach(change, pictures) else None

    def _attach(self, change: _Change, pictures: ArticlePictures) -> bool:
        """Attach new pictures, for which the article has to be there before its text is rendered."""
        change.article = change.article or self._new(change)
        db.session.flush()
        try:
            change.attached = attach(change.article, pictures.new, root=self._files_dir)
        except (ServiceDeskError, OSError):
            self._take_back(change)
            self._refuse(
                change.planned, N_("A picture could not be stored. Make room on the disk and import again.")
            )
            return False
        change.files |= {file.name: file.id for file in change.attached}
        return True

    def _new(self, change: _Change) -> Article:
        planned = change.planned
        return new_article(slug=planned.slug, language=planned.language, draft=change.draft, by_id=None)

    def _take_back(self, change: _Change) -> None:
        """Leave no row of a file that stays out after all; its bytes are removed as orphans."""
        take_off(change.attached)
        if change.article is not None and change.planned.known is None:
            db.session.delete(change.article)

    def _is_due(self, planned: Planned, digest: str, article: Article | None, draft: Draft) -> bool:
        """Tell whether the file or what it shows is new or changed, and nobody edited its article here since."""
        known, source = planned.known, planned.file.source
        if known is None or article is None:
            return True
        is_published_here = known.state == "draft" and article.state == "published"
        is_edited_here = article.newest_number != known.revision_number or is_published_here
        # What an earlier version did not read, or a day that has come, restricts the same file anew.
        narrows = source.has_audience and rules.is_wider(article.audience, draft.audience)
        has_new_state = source.state != (known.state or "published")
        if known.file_sha256 == digest and (is_edited_here or not (narrows or has_new_state)):
            self.report.unchanged += 1
            return False
        if is_edited_here:
            self._refuse(
                planned,
                N_("File and article were both changed. Take one change over by hand; nothing was touched."),
            )
            return False
        return True

    def _may_open(self, planned: Planned, article: Article | None, draft: Draft) -> bool:
        """Tell whether the file may be taken as it is: it opens nothing that is closed here, unless that is asked for."""
        if article is None:
            return True
        old = queries.newest_revision(article)
        if not self._allowed.replacing and is_replaced(old.title, old.body, draft.title, draft.body):
            reason = N_(
                "Nearly nothing is left of the article that came from this place. With --replace it is replaced."
            )
            self._refuse(planned, reason)
            return False
        if self._allowed.widening or planned.file.source.state != "published":
            return True
        was_archived_by_file = planned.known is not None and planned.known.state == "archived"
        if article.state == "archived" and not was_archived_by_file:
            self._refuse(planned, N_("The article was archived here. With --widen it comes back."))
            return False
        if rules.is_wider(draft.audience, article.audience):
            reason = N_("More people than now could read the article. With --widen it is opened to them.")
            self._refuse(planned, reason)
            return False
        return True

    def _refuse(self, planned: Planned, reason: str) -> None:
        self.report.bad.append(BadFile(planned.file.path, reason))

    def _draft(self, planned: Planned, pictures: ArticlePictures) -> Draft:
        draft = title_and_body(planned.file)
        source = planned.file.source
        body = to_our_markdown(draft.body, lambda target: self._links.find_slug(planned.file.path, target))
        body = rewrite_pictures(body, pictures.find)
        category = (
            draft.category if source.has_category else rules.category_path("/".join(planned.file.folders))
        )
        audience = draft.audience if source.has_audience else self._audience or draft.audience
        return with_summary(replace(draft, body=body, category=category, audience=audience))

    def _articles(self, planned: Sequence[Planned]) -> Mapping[int, Article]:
        ids = [one.known.article_id for one in planned if one.known is not None]
        found = db.session.scalars(select(Article).where(Article.id.in_(ids))) if ids else ()
        return {article.id: article for article in found}

    def _write(self, change: _Change, page: Rendered) -> None:
        planned, known = change.planned, change.planned.known
        article = change.article or self._new(change)
        if known is None:
            self.report.added += 1
        else:
            self.report.changed += 1
        self.report.pictures += len(change.attached)
        revision = add_revision(article, change.draft, rendered=page, by_id=None, note=self._note)
        was_archived = article.state == "archived"
        place(article, revision, state=planned.file.source.state)
        self.report.tell(planned.file, change.draft, was_archived=was_archived)
        if known is None:
            known = ImportedFile(source=self._source, path=planned.file.path, article_id=article.id)
            db.session.add(known)
        known.file_sha256, known.revision_number = change.digest, revision.number
        known.source = self._source
        known.text_sha256, known.state = planned.file.sha256, planned.file.source.state
        known.imported_at = now()


def _thread_renderer(
    rendering: local, renderers: list[Renderer]
) -> Callable[[str, str, str, Mapping[str, int]], Rendered | None]:
    def render(body: str, slug: str, language: str, files: Mapping[str, int]) -> Rendered | None:
        if not hasattr(rendering, "own"):
            rendering.own = Renderer()
            renderers.append(rendering.own)
        try:
            return rendering.own.render(body, slug=slug, language=language, files=files)  # type: ignore[no-any-return]
        except InvalidInputError:
            return None

    return render
