"""Before anything is written: which files a tree has, which articles they are already, and the address of each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from servicedesk import database
from servicedesk.database import db
from servicedesk.errors import N_
from servicedesk.knowledge import queries, rules
from servicedesk.knowledge.actions.import_report import ImportReport
from servicedesk.knowledge.actions.lost_restrictions import Gone, GoneArticles
from servicedesk.knowledge.actions.reading_files import (
    BadFile,
    ReadFile,
    other_texts,
    slug_candidates,
    walk,
    with_tree,
)
from servicedesk.knowledge.actions.tree_identity import KnownFile, name_of, recognise, short_name
from servicedesk.knowledge.actions.tree_texts import TreeTexts
from servicedesk.knowledge.models import Article, ImportedFile
from servicedesk.knowledge.restrictions import Restriction
from servicedesk.knowledge.sources import given_for, restricted
from servicedesk.people.rules import EVERYONE

_MOST_OF_ONE_NAME = 1000


@dataclass
class Planned:
    """A file with its address, and the article it already is, if it was taken in before."""

    file: ReadFile
    slug: str
    language: str
    known: ImportedFile | None


class Planner:
    """Looks through one tree: every file has its address before the first is written, for links need them all.

    `source` is the tree's name, `recorded_source` the one under which its files are recorded until now.
    """

    def __init__(
        self, root: Path, tree: str, report: ImportReport, *, audience: str, may_widen: bool
    ) -> None:
        """Take the folder, the tree's given name, the report for what stays out, and for whom files are that do not say."""
        self._root, self._tree, self._report = root, tree, report
        self._audience, self._may_widen = audience, may_widen
        self.texts = TreeTexts(root)
        self.source = self.recorded_source = name_of(root, tree)

    def plan(self) -> list[Planned]:
        """Return all files that can go in. Raises InvalidInputError when nobody can tell which tree this is."""
        files = self._files()
        database.start_reading()
        self.recorded_source = recognise(self._root, self._tree, files, _known_files())
        of_tree = select(ImportedFile).where(ImportedFile.source == self.recorded_source)
        recorded = {file.path: file for file in db.session.scalars(of_tree)}
        slugs_by_id = {row.id: row.slug for row in db.session.execute(select(Article.id, Article.slug))}
        gone = self._gone(files)
        taken = set(slugs_by_id.values())
        own: set[str] = set()
        planned = []
        for file in files:
            known = recorded.get(file.path)
            slug = slugs_by_id[known.article_id] if known else self._free_slug(file, taken, own)
            if not slug:
                reason = N_(
                    "Another article has this address already. Give the file a slug of its own in its header."
                )
                self._report.bad.append(BadFile(file.path, reason))
                continue
            taken.add(slug)
            own.add(slug)
            self.texts.add(file.path, slug, file.source)
            is_new = known is None or known.state == "draft"
            planned.append(Planned(self._held(file, gone) if is_new else file, slug, file.language, known))
        return planned

    def _files(self) -> list[ReadFile]:
        files = []
        self._report.passed_over = other_texts(self._root)
        for file in walk(self._root):
            if isinstance(file, BadFile):
                self._report.bad.append(file)
            else:
                files.append(replace(file, source=given_for(file.source, self._audience)))
        return files

    def _gone(self, files: list[ReadFile]) -> GoneArticles:
        """Return the articles of this tree whose files are there no more, and which not everyone may read."""
        there = {file.path for file in files} | {file.path for file in self._report.bad}
        if self._may_widen:
            return GoneArticles(())
        rows = db.session.execute(
            select(ImportedFile.path, ImportedFile.state, Article)
            .join(Article, Article.id == ImportedFile.article_id)
            .where(ImportedFile.source == self.recorded_source)
            .where((Article.audience != EVERYONE) | (Article.state != "published"))
        )
        found = []
        for path, state, article in rows:
            # What the file made a draft or archived may come back from another place; what people here did may not.
            is_shut = article.state not in ("published", state)
            audience = "" if is_shut else article.audience
            if path not in there and audience != EVERYONE:
                found.append(Gone(path, audience, queries.newest_revision(article).body))
        return GoneArticles(found)

    def _held(self, file: ReadFile, gone: GoneArticles) -> ReadFile:
        """Leave a file as a draft that came under a new name, and would be open to more people than under the old one."""
        article = gone.find(file, file.source.draft.audience)
        if article is None:
            return file
        whom = f"was for {article.audience}" if article.audience else "was closed here"
        reason = f"it reads like {article.path}, which is gone and {whom}; with --widen it is opened"
        return replace(
            file, source=restricted(file.source, Restriction(article.audience, "draft", (reason,)))
        )

    def _free_slug(self, file: ReadFile, taken: set[str], own: set[str]) -> str:
        """Return a free address: what another tree has taken gets this one's name before it, or a number behind."""
        names = slug_candidates(file)
        if file.source.slug and file.source.slug in own:
            return ""
        free = next((name for name in names if name not in taken), "")
        if free:
            return free
        stem = with_tree(names[-1], short_name(self._root, self._tree))
        numbered = (
            f"{stem[: rules.LONGEST_SLUG - 5].strip('-')}-{number}" for number in range(2, _MOST_OF_ONE_NAME)
        )
        free = next((name for name in (stem, *numbered) if name not in taken and rules.is_slug(name)), "")
        if free:
            self._report.notes.append(BadFile(file.path, f"slug: {names[0]} → {free}"))
        return free


def _known_files() -> Iterator[KnownFile]:
    rows = db.session.execute(
        select(ImportedFile.source, ImportedFile.path, ImportedFile.file_sha256, ImportedFile.text_sha256)
    )
    for source, path, shown, text in rows:
        yield KnownFile(source, path, frozenset({shown, text or shown}))
