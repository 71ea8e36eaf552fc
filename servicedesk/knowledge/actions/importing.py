"""Taking in a tree of Markdown, in batches: started again, it goes on where it was; done again, it changes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from threading import local

from sqlalchemy import select

from servicedesk.database import db, now
from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge import rules
from servicedesk.knowledge.actions.reading_files import (
    BadFile,
    ReadFile,
    slug_candidates,
    title_and_body,
    walk,
    with_summary,
)
from servicedesk.knowledge.actions.writing import add_revision, new_article, put_forward
from servicedesk.knowledge.foreign_markdown import to_our_markdown
from servicedesk.knowledge.models import Article, ImportedFile
from servicedesk.knowledge.rendering import Rendered, Renderer
from servicedesk.knowledge.sources import Draft

BATCH = 100
_RENDERERS = 2


@dataclass
class ImportReport:
    """What became of each file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: list[BadFile] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Count the files that were looked at."""
        return self.added + self.changed + self.unchanged + len(self.bad)


@dataclass(frozen=True)
class _Planned:
    """A file with its address, and the article it already is, if it was taken in before."""

    file: ReadFile
    slug: str
    language: str
    known: ImportedFile | None


class ImportPlan:
    """One tree, looked through: every file has its address before the first is written, for links need them all."""

    def __init__(
        self, root: Path, *, language: str = "", audience: str = "", default_language: str = "en"
    ) -> None:
        """Read all headers. `language` and `audience` are for files that do not say."""
        self.report = ImportReport()
        self.source = "/".join(root.resolve().parts[-2:])
        self._audience = audience
        self._fallback = language or default_language
        self._known = {
            file.path: file
            for file in db.session.scalars(select(ImportedFile).where(ImportedFile.source == self.source))
        }
        self._slugs: dict[str, str] = {}
        self._planned = self._plan(root)

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

    def _plan(self, root: Path) -> list[_Planned]:
        taken = set(db.session.scalars(select(Article.slug)))
        slugs_by_id = {row.id: row.slug for row in db.session.execute(select(Article.id, Article.slug))}
        planned = []
        for file in walk(root):
            if isinstance(file, BadFile):
                self.report.bad.append(file)
                continue
            known = self._known.get(file.path)
            names = [slugs_by_id[known.article_id]] if known else slug_candidates(file)
            slug = names[0] if known else next((name for name in names if name not in taken), "")
            if not slug:
                reason = N_(
                    "Another article has this address already. Give the file a slug of its own in its header."
                )
                self.report.bad.append(BadFile(file.path, reason))
                continue
            taken.add(slug)
            self._remember(file, slug)
            planned.append(_Planned(file, slug, file.language or self._fallback, known))
        return planned

    def _remember(self, file: ReadFile, slug: str) -> None:
        """Note under which paths other files may link to this one."""
        path = PurePosixPath(file.path)
        for name in (path.as_posix(), path.with_suffix("").as_posix(), *file.source.aliases):
            self._slugs.setdefault(name.strip("/").lower(), slug)

    def _find_slug(self, file: ReadFile, target: str) -> str | None:
        """Return the slug that a link in this file means: beside it, from the tree's root, or a page's address."""
        if "/" not in target and "." not in target:
            return self._slugs.get(target.lower())
        beside = _joined(PurePosixPath(file.path).parent, target)
        return self._slugs.get(beside.lower()) or self._slugs.get(target.strip("/").lower())

    def _write_batch(
        self, batch: Sequence[_Planned], threads: ThreadPoolExecutor, render: Callable[..., Rendered | None]
    ) -> None:
        articles = self._articles(batch)
        changed = [(planned, self._draft(planned)) for planned in batch if self._is_due(planned, articles)]
        rendered = threads.map(lambda item: render(item[1].body, item[0].slug, item[0].language), changed)
        for (planned, draft), page in zip(changed, rendered, strict=True):
            if page is None:
                self._refuse(planned, N_("The text is built in a way that takes too long to show."))
            else:
                self._write(planned, draft, page, articles)
        db.session.flush()

    def _is_due(self, planned: _Planned, articles: Mapping[int, Article]) -> bool:
        """Tell whether the file is new or changed, and nobody edited its article here since it was taken in."""
        known = planned.known
        if known is None:
            return True
        if known.file_sha256 == planned.file.sha256:
            self.report.unchanged += 1
            return False
        if articles[known.article_id].newest_number != known.revision_number:
            self._refuse(
                planned,
                N_("File and article were both changed. Take one change over by hand; nothing was touched."),
            )
            return False
        return True

    def _refuse(self, planned: _Planned, reason: str) -> None:
        self.report.bad.append(BadFile(planned.file.path, reason))

    def _draft(self, planned: _Planned) -> Draft:
        draft = title_and_body(planned.file)
        source = planned.file.source
        body = to_our_markdown(draft.body, lambda target: self._find_slug(planned.file, target))
        category = (
            draft.category if source.has_category else rules.category_path("/".join(planned.file.folders))
        )
        audience = draft.audience if source.has_audience else self._audience or draft.audience
        return with_summary(replace(draft, body=body, category=category, audience=audience))

    def _articles(self, planned: Sequence[_Planned]) -> Mapping[int, Article]:
        ids = [one.known.article_id for one in planned if one.known is not None]
        found = db.session.scalars(select(Article).where(Article.id.in_(ids))) if ids else ()
        return {article.id: article for article in found}

    def _write(
        self, planned: _Planned, draft: Draft, page: Rendered, articles: Mapping[int, Article]
    ) -> None:
        known = planned.known
        if known is None:
            article = new_article(slug=planned.slug, language=planned.language, draft=draft, by_id=None)
            self.report.added += 1
        else:
            article = articles[known.article_id]
            self.report.changed += 1
        revision = add_revision(article, draft, rendered=page, by_id=None, note=f"Import: {self.source}")
        put_forward(article, revision)
        if known is None:
            known = ImportedFile(source=self.source, path=planned.file.path, article_id=article.id)
            db.session.add(known)
        known.file_sha256, known.revision_number = planned.file.sha256, revision.number
        known.imported_at = now()


def join_translations(sources: Mapping[str, str]) -> None:
    """Point each translation to its original; both are given by slug."""
    slugs = {*sources, *sources.values()}
    found = {
        article.slug: article
        for article in db.session.scalars(select(Article).where(Article.slug.in_(slugs)))
    }
    for translation, original in sources.items():
        if translation in found and original in found and translation != original:
            found[translation].translation_of_id = found[original].id


def _joined(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = [] if target.startswith("/") else list(folder.parts)
    for part in PurePosixPath(target).parts:
        if part == ".." and parts:
            parts.pop()
        elif part not in (".", "..", "/"):
            parts.append(part)
    return "/".join(parts)


def _thread_renderer(
    rendering: local, renderers: list[Renderer]
) -> Callable[[str, str, str], Rendered | None]:
    def render(body: str, slug: str, language: str) -> Rendered | None:
        if not hasattr(rendering, "own"):
            rendering.own = Renderer()
            renderers.append(rendering.own)
        try:
            return rendering.own.render(body, slug=slug, language=language)  # type: ignore[no-any-return]
        except InvalidInputError:
            return None

    return render
