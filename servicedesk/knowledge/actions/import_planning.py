"""Before anything is written: which files a tree has, which articles they are already, and the address of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from servicedesk import database
from servicedesk.database import db
from servicedesk.errors import N_
from servicedesk.knowledge import rules
from servicedesk.knowledge.actions.import_report import ImportReport
from servicedesk.knowledge.actions.reading_files import BadFile, ReadFile, slug_candidates, walk, with_tree
from servicedesk.knowledge.actions.tree_identity import KnownFile, name_of, recognise, short_name
from servicedesk.knowledge.actions.tree_texts import TreeTexts
from servicedesk.knowledge.models import Article, ImportedFile

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

    def __init__(self, root: Path, tree: str, report: ImportReport) -> None:
        """Take the folder, the name that was given to the tree, and the report for what stays out."""
        self._root, self._tree, self._report = root, tree, report
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
            planned.append(Planned(file, slug, file.language, known))
        return planned

    def _files(self) -> list[ReadFile]:
        files = []
        for file in walk(self._root):
            if isinstance(file, BadFile):
                self._report.bad.append(file)
            else:
                files.append(file)
        return files

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
