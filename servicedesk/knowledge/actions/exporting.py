"""Writing articles as files: flushed beside, then renamed, so that a crash leaves the old file or the new one."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from servicedesk.database import db
from servicedesk.errors import N_, InvalidInputError
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.knowledge import queries
from servicedesk.knowledge.foreign.resolving import Resolver
from servicedesk.knowledge.models import Article, ArticleFile, ArticleRevision, shown_files
from servicedesk.knowledge.picture_references import FILE_PREFIX, is_path
from servicedesk.knowledge.queries import closed_articles
from servicedesk.knowledge.rendering import find_pictures, is_empty
from servicedesk.knowledge.sources import Draft, write_source
from servicedesk.knowledge.statements import State, state_named


@dataclass
class ExportReport:
    """How much was written, which pictures are missing, and which articles say nothing, by their path."""

    articles: int = 0
    pictures: int = 0
    missing: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)


def export_articles(root: Path, *, files_dir: Path) -> ExportReport:
    """Write each article that readers see below `root` as LANGUAGE/CATEGORY/SLUG.md, its pictures beside it in SLUG/.

    The tree can be imported.
    """
    articles = db.session.scalars(
        select(Article)
        .where(Article.state == "published", Article.id.not_in(closed_articles()))
        .options(joinedload(Article.published_revision), joinedload(Article.translation_of))
        .order_by(Article.slug)
    ).all()
    pictures = _pictures_by_revision()
    report = ExportReport()
    for article in articles:
        path = path_of(article)
        revision = revision_in_file(article)
        shown = _Shown(article.slug, pictures.get(revision.id, {}))
        if is_empty(revision.plain_text, revision.html):
            report.empty.append(path)
            continue
        write_file(root, path, text_of(article, rewrite=shown.rewrite))
        report.articles += 1
        for name, file in sorted(shown.files.items()):
            target = (PurePosixPath(path).with_suffix("") / name).as_posix()
            try:
                data = _bytes_of(file, files_dir)
            except storage.MissingBytesError:
                report.missing.append(target)
                continue
            _write_bytes(root, target, data)
            report.pictures += 1
    return report


def _bytes_of(file: StoredFile, files_dir: Path) -> bytes:
    path = storage.path_of(file.storage_name, files_dir)
    try:
        return path.read_bytes()
    except OSError as error:
        raise storage.unreadable(path, error) from error


class _Shown:
    """The files that one text shows, as it is rewritten to show them from beside it."""

    def __init__(self, slug: str, own: Mapping[str, StoredFile]) -> None:
        """Take the files that it may show: a name in it may be that of a hidden file, too."""
        self._slug, self._own = slug, own
        self.files: dict[str, StoredFile] = {}

    def rewrite(self, body: str) -> str:
        if not self._own:
            return body
        try:
            return Resolver(lambda _: None, self._find).text(find_pictures(body))
        except InvalidInputError:
            self.files = dict(self._own)  # Better one file too many than a picture lost.
            return body

    def _find(self, address: str) -> str | None:
        name = address.removeprefix(FILE_PREFIX).rpartition("/")[2]
        if name not in self._own or not (address.startswith(FILE_PREFIX) or is_path(address)):
            return None
        self.files[name] = self._own[name]
        return f"{self._slug}/{name}"


def _pictures_by_revision() -> Mapping[int, Mapping[str, StoredFile]]:
    """Return the pictures that each published revision shows, by name."""
    rows = db.session.execute(
        select(shown_files.c.revision_id, ArticleFile)
        .join(ArticleFile, ArticleFile.id == shown_files.c.file_id)
        .join(Article, Article.published_revision_id == shown_files.c.revision_id)
        .options(joinedload(ArticleFile.file, innerjoin=True))
        .order_by(ArticleFile.id)
    )
    found: dict[int, dict[str, StoredFile]] = {}
    for revision_id, attached in rows:
        if attached.file.is_image:
            found.setdefault(revision_id, {})[attached.name] = attached.file
    return found


def path_of(article: Article) -> str:
    """Return where an article's file stands in a tree. Language, category and slug hold no letter that a path could misuse."""
    return "/".join(part for part in (article.language, article.category, f"{article.slug}.md") if part)


def text_of(article: Article, *, rewrite: Callable[[str], str] = str) -> str:
    """Return the file of an article as it is published, or as it was when it was archived; of a draft its newest text."""
    draft = draft_of(revision_in_file(article))
    return write_source(
        replace(draft, body=rewrite(draft.body)),
        slug=article.slug,
        language=article.language,
        translation_of=article.translation_of.slug if article.translation_of else "",
        state=state_of(article),
    )


def revision_in_file(article: Article) -> ArticleRevision:
    """Return the revision that an article's file holds."""
    if article.state == "draft" or article.published_revision is None:
        return queries.newest_revision(article)
    return article.published_revision


def state_of(article: Article) -> State:
    """Return the article's state as a file names it."""
    return state_named(article.state)


def draft_of(revision: ArticleRevision) -> Draft:
    """Return what a revision holds, as its author wrote it."""
    return Draft(
        title=revision.title, body=revision.body, summary=revision.summary, category=revision.category,
        audience=revision.audience, tags=tuple(revision.tags), keywords=tuple(revision.keywords),
        facts_needed=tuple(revision.facts_needed), time_minutes=revision.time_minutes, review_on=revision.review_on,
    )  # fmt: skip


def write_file(root: Path, relative: str, text: str) -> bytes:
    """Write a text file below `root` and return its bytes. Raises InvalidInputError for a path that leads out of it."""
    data = text.encode()
    _write_bytes(root, relative, data)
    return data


def _write_bytes(root: Path, relative: str, data: bytes) -> None:
    path = (root / relative).resolve()
    if not path.is_relative_to(root.resolve()):
        raise InvalidInputError(N_("The path leads out of the folder."))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.chmod(0o644)
    temporary.replace(path)
