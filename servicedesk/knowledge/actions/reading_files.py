"""Reading a tree of Markdown files: which there are, and what each holds. A bad file never stops the others."""

import hashlib
import logging
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from servicedesk import foreign_text
from servicedesk.database import now
from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge import rules
from servicedesk.knowledge.actions.folder_rules import FolderRules
from servicedesk.knowledge.icons import with_signs, without_signs
from servicedesk.knowledge.marks_in_paths import is_own_category, mark_of_folder, mark_of_name
from servicedesk.knowledge.plain_words import first_paragraph, plain_words, take_title
from servicedesk.knowledge.rendering import LARGEST_BODY_BYTES, PATIENCE_S, Rendered, Renderer, check_body
from servicedesk.knowledge.restrictions import Restriction
from servicedesk.knowledge.sources import LANGUAGES, Draft, Source, restricted

_log = logging.getLogger(__name__)
ENDINGS = frozenset({".md", ".markdown", ".mdx", ".mkd", ".mkdn", ".mdown", ".mdwn"})
# Texts that are written otherwise than in Markdown.
_OTHER_ENDINGS = frozenset({
    ".txt", ".rst", ".adoc", ".asciidoc", ".org", ".textile", ".wiki", ".mediawiki", ".rmd", ".qmd", ".html", ".htm", ".ipynb",
})  # fmt: skip
_GENERIC_NAMES = frozenset({"index", "readme", "default"})
_GENERIC_FOLDERS = frozenset({*LANGUAGES, "pages", "docs", "content", "articles"})
# Notion puts the number of the page behind every name.
_PAGE_ID = re.compile(r"[ _-][0-9a-f]{16,32}$")
_HYPHEN = re.compile(r"%2d", re.IGNORECASE)
_MARKED = re.compile(r"`[^`]+`|</?(?:b|i|u|em|strong|code|kbd|span|br)\b[^<>]*>")
_LONGEST_TAKEN_SUMMARY = 300
_LARGEST_FILE_BYTES = LARGEST_BODY_BYTES + 64_000


@dataclass(frozen=True)
class BadFile:
    """A file that stayed out, and why, as a sentence. `path` is as the disk has it, `shown` as people may see it."""

    path: str
    reason: str

    @property
    def shown(self) -> str:
        """The path without what a terminal would take for more than letters."""
        return _printable(self.path)


@dataclass(frozen=True)
class ReadFile:
    """A file that can go in. `path` is relative to the tree, `language` is "" where nothing says which."""

    path: str
    sha256: str
    source: Source
    language: str

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders it lies in, without an outer one that only names the language, or nothing at all."""
        folders = tuple(_PAGE_ID.sub("", folder) for folder in PurePosixPath(self.path).parts[:-1])
        return folders[1:] if folders and folders[0].lower() in _GENERIC_FOLDERS else folders


def walk(root: Path) -> Iterator[ReadFile | BadFile]:
    """Yield what each Markdown file of the tree holds, in the order of their paths; what cannot be read is named."""
    reader = Renderer(patience_s=PATIENCE_S)
    try:
        yield from _walk(root.resolve(), reader)
    finally:
        reader.close()


def _walk(real_root: Path, reader: Renderer) -> Iterator[ReadFile | BadFile]:
    folders = FolderRules(
        real_root,
        lambda path: _decoded(_bytes(real_root / path, path, real_root)),
        lambda text: reader.read_source(text, at=now()),
    )
    for relative, fault in sorted(_entries(real_root)):
        if fault:
            yield BadFile(relative, fault)
            continue
        try:
            file = _read(real_root / relative, relative, real_root, reader)
            yield replace(file, source=folders.applied(file.path, file.source))
        except InvalidInputError as error:
            yield BadFile(relative, str(error))
        except (OSError, RuntimeError, ValueError):  # RuntimeError: links that lead in a circle.
            yield BadFile(relative, N_("The file cannot be read."))
        except Exception:  # noqa: BLE001 - whatever one file does, the others go in.
            _log.exception("A file could not be read", extra={"path": _printable(relative)})
            yield BadFile(relative, N_("The file cannot be read."))


def _entries(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the path of each Markdown file below the root, and of each folder that stays shut with the reason."""
    shut: list[str] = []
    for folder, folders, names in os.walk(root, onerror=lambda error: shut.append(str(error.filename))):
        inside = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            if (Path(folder) / name).is_symlink() and _holds_markdown(Path(folder) / name):
                yield (inside / name).as_posix(), N_("This folder is a link; what it holds is not read.")
        for name in (*names, *(name for name in folders if Path(name).suffix.lower() in ENDINGS)):
            if not name.startswith(".") and Path(name).suffix.lower() in ENDINGS:
                yield (inside / name).as_posix(), ""
    yield from (
        (Path(folder).relative_to(root).as_posix(), N_("This folder cannot be read.")) for folder in shut
    )


def other_texts(root: Path) -> Counter[str]:
    """Count by their ending the texts of a tree that are no Markdown: nothing reads them."""
    found: Counter[str] = Counter()
    for _, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        endings = (Path(name).suffix.lower() for name in names if not name.startswith("."))
        found.update(ending for ending in endings if ending in _OTHER_ENDINGS)
    return found


def _holds_markdown(folder: Path) -> bool:
    try:
        return any(entry.suffix.lower() in ENDINGS for entry in folder.iterdir())
    except OSError:
        return False


def title_and_body(file: ReadFile) -> Draft:
    """Return the draft with a title, and without the heading that says it: the header's, the first heading's, the file's name."""
    draft = file.source.draft
    heading, rest = take_title(draft.body)
    title = (_plain(draft.title) or heading or _name_as_title(file.path))[: rules.LONGEST_TITLE].rstrip()
    # The page shows the title itself: a heading of the same words would say it twice.
    is_title = bool(heading) and _words_of(heading) == _words_of(title)
    return replace(draft, title=title, body=rest if is_title else draft.body)


def _words_of(title: str) -> str:
    """Return what to compare titles by: one of them may have a sign more that only adorns it."""
    return foreign_text.key(without_signs(title)) or foreign_text.key(title)


def _plain(title: str) -> str:
    """Return a header's title without marks, where it has any that no title means as they are."""
    shown = plain_words(title) if _MARKED.search(title) else " ".join(with_signs(title).split())
    return shown or title


def with_summary(draft: Draft, page: Rendered) -> Draft:
    """Return the draft with the first paragraph of its page as the summary, if it has none."""
    return replace(draft, summary=draft.summary or first_paragraph(page.html, _LONGEST_TAKEN_SUMMARY))


def slug_candidates(file: ReadFile) -> list[str]:
    """Return the addresses to try in order: the header's alone, else the file's name, then with its folders before it."""
    if file.source.slug:
        return [file.source.slug]
    if rules.is_slug(file.source.foreign_slug):
        return [
            file.source.foreign_slug,
            *slug_candidates(replace(file, source=replace(file.source, foreign_slug=""))),
        ]
    stem = rules.slug_of(_stem(file.path))
    names = [] if stem in _GENERIC_NAMES else [stem]
    for folder in reversed(file.folders):
        stem = f"{rules.slug_of(folder)}-{stem}" if stem not in _GENERIC_NAMES else rules.slug_of(folder)
        names.append(stem[: rules.LONGEST_SLUG].strip("-"))
    return [name for name in names if rules.is_slug(name)] or [f"{stem}-article"]


def with_tree(slug: str, tree: str) -> str:
    """Return an address with the tree's name before it; one that says nothing by itself is the tree's name alone."""
    stem = slug.removesuffix("-article")
    return tree if tree and stem in _GENERIC_NAMES else f"{tree}-{stem}"[: rules.LONGEST_SLUG].strip("-")


def _read(path: Path, relative: str, root: Path, reader: Renderer) -> ReadFile:
    data = _bytes(path, relative, root)
    source = _placed(_addressed(reader.read_source(_decoded(data), at=now())), relative)
    check_body(source.draft.body)
    if not source.draft.body.strip():
        raise InvalidInputError(N_("The file has no text."))
    return ReadFile(relative, hashlib.sha256(data).hexdigest(), source, _language(source, relative))


def _addressed(source: Source) -> Source:
    """Make a foreign slug (`/accounts/reset-mfa`) one of ours; links by it still find the article."""
    if not source.slug or rules.is_slug(source.slug):
        return source
    parts = source.slug.replace("\\", "/").split("/")
    if ".." in parts:
        raise InvalidInputError(N_("The slug may hold small letters, digits and hyphens."))
    return replace(
        source, slug="", foreign_slug=rules.slug_of(([part for part in parts if part] or [""])[-1]),
        aliases=(*source.aliases, source.slug),
    )  # fmt: skip


def _placed(source: Source, relative: str) -> Source:
    """Restrict a file as the folders do that it lies in, and its own name."""
    *folders, name = PurePosixPath(relative).parts
    if source.names_audience:  # An export makes folders of categories, whatever these are called.
        folders = [folder for folder in folders if not is_own_category(folder, source.draft.category)]
    title = source.draft.title or take_title(source.draft.body)[0]
    found = [(f"{folder}/", mark_of_folder(folder)) for folder in folders] + [
        (name, mark_of_name(name, title))
    ]
    return restricted(
        source, *(Restriction(audience, state, (_printable(place),)) for place, (state, audience) in found)
    )


def _bytes(path: Path, relative: str, root: Path) -> bytes:
    if len(relative) > rules.LONGEST_PATH or any(ord(letter) < 32 for letter in relative):
        raise InvalidInputError(N_("The path is too long or holds control characters."))
    if any("\ud800" <= letter <= "\udfff" for letter in relative):
        raise InvalidInputError(N_("The name of the file is not UTF-8."))
    real = path.resolve()
    if not real.is_relative_to(root):
        raise InvalidInputError(N_("The file is a link that leads out of the folder."))
    if not stat.S_ISREG(real.stat().st_mode):
        raise InvalidInputError(N_("This is not a regular file."))
    # Opened so that a pipe which took its place meanwhile does not hold us, and read no further than is looked at.
    with os.fdopen(os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
        data = stream.read(_LARGEST_FILE_BYTES + 1)
    if len(data) > _LARGEST_FILE_BYTES:
        raise InvalidInputError(N_("The file is larger than 512 kB. Split it into several articles."))
    return data


def _decoded(data: bytes) -> str:
    if b"\x00" in data:
        raise InvalidInputError(N_("The file is binary, not text."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(N_("The file is not UTF-8. Save it as UTF-8.")) from error


def _language(source: Source, relative: str) -> str:
    folder = PurePosixPath(relative).parts[0].lower()
    return source.language or (folder if folder in LANGUAGES else "")


def _name_as_title(path: str) -> str:
    words = (
        _HYPHEN.sub("\0", _stem(path, decoded=False))
        .replace("-", " ")
        .replace("_", " ")
        .replace("\0", "-")
        .strip()
    )
    return words[:1].upper() + words[1:] or "Article"


def _stem(path: str, *, decoded: bool = True) -> str:
    """Return a file's name without its ending and an exporter's id; Azure DevOps writes a hyphen as `%2D`."""
    stem = _PAGE_ID.sub("", PurePosixPath(path).stem)
    return _HYPHEN.sub("-", stem) if decoded else stem


def _printable(path: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in path)[: rules.LONGEST_PATH]
