"""The pictures of an imported tree: found by the paths that its texts give, checked by their bytes, attached to articles.

Only what lies in the tree is read, and nothing is fetched. A picture that stays out is named with its reason, and its
words take its place in the text.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.errors import N_, InvalidInputError
from servicedesk.files import sniffing, storage
from servicedesk.files.models import StoredFile
from servicedesk.files.names import shown_name
from servicedesk.knowledge import queries, rules
from servicedesk.knowledge.actions.exporting import revision_in_file
from servicedesk.knowledge.models import Article, ArticleFile
from servicedesk.knowledge.picture_references import FILE_PREFIX, is_path

MOST_PICTURES = 100
LARGEST_TOTAL_BYTES = 100_000_000
_MOST_NAMED = 3
_FIRST_STAND_IN = 10**14


@dataclass(frozen=True)
class Picture:
    """A picture in the tree that can go in."""

    path: Path
    sha256: str
    size_bytes: int


class PictureTree:
    """Looks up pictures below a folder; each is read once, however many texts show it."""

    def __init__(self, root: Path) -> None:
        """Take the folder that nothing may lead out of."""
        self._root = root.resolve()
        self._seen: dict[str, Picture | InvalidInputError] = {}

    def get(self, folder: PurePosixPath, address: str) -> Picture:
        """Return the picture at an address as a text in `folder` gives it. Raises InvalidInputError with the reason."""
        relative = _path_in_tree(folder, address)
        if relative not in self._seen:
            try:
                self._seen[relative] = self._look(relative)
            except InvalidInputError as error:
                self._seen[relative] = error
        found = self._seen[relative]
        if isinstance(found, InvalidInputError):
            raise found
        return found

    def _look(self, relative: str) -> Picture:
        path = self._root / relative
        try:
            real = path.resolve()
            if not real.is_relative_to(self._root):
                raise InvalidInputError(N_("It is a link that leads out of the folder."))
            return _read(real)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise InvalidInputError(N_("It is not in the folder.")) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise InvalidInputError(N_("It cannot be read.")) from error


class ArticlePictures:
    """What one file shows: under which names its pictures go in, and which of them stay out."""

    def __init__(self, tree: PictureTree, folder: PurePosixPath, attached: Sequence[tuple[str, str]]) -> None:
        """Take name and hash of each file that the article has already: the same picture is not attached twice."""
        self._tree, self._folder = tree, folder
        self._names = {sha256: name for name, sha256 in reversed(attached)}
        self._taken = {name for name, _ in attached}
        self._shown: list[str] = []
        self._size_bytes = 0
        self.new: list[tuple[str, Picture]] = []
        self.left_out: dict[str, list[str]] = {}

    def find(self, address: str) -> str | None:
        """Return what the text has to say instead of an address, as rewrite_pictures asks."""
        if not is_path(address):
            return None
        try:
            picture = self._tree.get(self._folder, address)
            if picture.sha256 not in self._names:
                self._add(picture)
        except InvalidInputError as error:
            names = self.left_out.setdefault(str(error), [])
            names += [] if address in names else [address]
            return ""
        self._shown.append(f"{address}\0{picture.sha256}")
        return FILE_PREFIX + self._names[picture.sha256]

    def digest(self, text_sha256: str) -> str:
        """Return a hash of the text and all that it shows: that of the text alone when it shows nothing."""
        if not self._shown:
            return text_sha256
        return hashlib.sha256("\n".join([text_sha256, *self._shown]).encode()).hexdigest()

    def reasons(self) -> Iterable[str]:
        """Say what stayed out, a line a reason."""
        for reason, names in self.left_out.items():
            more = len(names) - _MOST_NAMED
            listed = ", ".join(_printable(name) for name in names[:_MOST_NAMED])
            yield f"{listed}{f' and {more} more' if more > 0 else ''}: {reason}"

    def _add(self, picture: Picture) -> None:
        if len(self.new) >= MOST_PICTURES or self._size_bytes + picture.size_bytes > LARGEST_TOTAL_BYTES:
            raise InvalidInputError(N_("One article takes at most 100 new pictures and 100 MB."))
        name = rules.file_name(shown_name(picture.path.name), taken=self._taken)
        self._taken.add(name)
        self._names[picture.sha256] = name
        self._size_bytes += picture.size_bytes
        self.new.append((name, picture))


@dataclass(frozen=True)
class StoredPicture:
    """A picture whose bytes are stored, before any row says so. `number` stands for the one that its row will get."""

    name: str
    number: int
    written: storage.StoredBytes


def store(pictures: Iterable[tuple[str, Picture]], *, root: Path) -> list[StoredPicture]:
    """Store the bytes of pictures below `root`. Raises InvalidInputError, storage.NoSpaceError, OSError."""
    stored = []
    for name, picture in pictures:
        with picture.path.open("rb") as stream:
            written = storage.write(stream, root)
        # No text can name it by chance, so that it can be exchanged in what was rendered with it.
        stored.append(StoredPicture(name, _FIRST_STAND_IN + secrets.randbelow(_FIRST_STAND_IN), written))
    return stored


def attach(article: Article, pictures: Iterable[StoredPicture]) -> Mapping[int, int]:
    """Make stored pictures files of the article; return the number that each got instead of its own."""
    attached = {}
    for picture in pictures:
        written = picture.written
        file = StoredFile(
            storage_name=written.storage_name, name=picture.name, media_type=written.media_type,
            size_bytes=written.size_bytes, sha256=written.sha256, is_claimed=True,
        )  # fmt: skip
        attached[picture.number] = ArticleFile(article_id=article.id, file=file, name=picture.name)
    db.session.add_all(attached.values())
    db.session.flush()
    return {number: file.id for number, file in attached.items()}


def list_attached(article: Article, audience: str, *, may_widen: bool) -> Sequence[tuple[int, str, str]]:
    """Return number, name and hash of each file of the article that a text for this audience may show, oldest first.

    With `may_widen` what readers see now may be opened to more of them: its words and so its pictures.
    """
    may_show = queries.file_open_for(audience)
    if may_widen:
        may_show |= queries.is_shown_by(revision_in_file(article).id)
    rows = db.session.execute(
        select(ArticleFile.id, ArticleFile.name, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == ArticleFile.file_id)
        .where(ArticleFile.article_id == article.id, may_show)
        .order_by(ArticleFile.id)
    )
    return [(number, name, sha256) for number, name, sha256 in rows]


def _path_in_tree(folder: PurePosixPath, address: str) -> str:
    """Follow an address from a folder; the dots are counted here, so that the system never sees any."""
    text = unquote(address.strip().partition("#")[0].partition("?")[0]).replace("\\", "/")
    if any(not letter.isprintable() for letter in text) or len(text) > rules.LONGEST_PATH:
        raise InvalidInputError(N_("Its path is too long or holds control characters."))
    parts: list[str] = [] if text.startswith("/") else list(folder.parts)
    for part in PurePosixPath(text).parts:
        if part == "..":
            if not parts:
                raise InvalidInputError(N_("Its path leads out of the folder."))
            parts.pop()
        elif part not in (".", "/", "//"):
            parts.append(part)
    return "/".join(parts)


def _read(path: Path) -> Picture:
    """Check kind and size before a byte is read: a pipe would never end."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInputError(N_("It is not a regular file."))
    if status.st_size > storage.LARGEST_BYTES:
        raise InvalidInputError(N_("It is larger than 25 MB."))
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
        first = stream.read(sniffing.BYTES_NEEDED)
        if sniffing.media_type(first) not in sniffing.INLINE_TYPES:
            raise InvalidInputError(N_("It is not a PNG, JPEG, GIF or WebP picture."))
        digest.update(first)
        while chunk := stream.read(1 << 18):
            digest.update(chunk)
    return Picture(path, digest.hexdigest(), status.st_size)


def _printable(address: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in address)[:120]


def files_of(article: Article | None, audience: str, *, may_widen: bool) -> dict[str, int]:
    """Return those files by name: a text that was edited in its file goes on showing them."""
    if article is None:
        return {}
    return {name: number for number, name, _ in list_attached(article, audience, may_widen=may_widen)}
