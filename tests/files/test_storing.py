"""Storing, claiming, discarding and removing files."""

import io
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db, now
from servicedesk.errors import InvalidInputError, NotFoundError, TooManyAttemptsError
from servicedesk.files import actions, setting_aside, storage
from servicedesk.files.models import StoredFile
from tests.factories import Cast

_PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "files"


def _upload(app: Flask, root: Path, by_id: int, content: bytes = _PNG, name: str = "a.png") -> int:
    with app.app_context():
        file = actions.upload(io.BytesIO(content), name, by_id=by_id, root=root)
        db.session.commit()
        return file.id


def _set_aside(root: Path, *, older_than: timedelta) -> int:
    unknown = setting_aside.find_unknown(root, now(), older_than=older_than)
    return setting_aside.set_aside(unknown.paths, root)


def test_bytes_are_stored_privately_under_a_random_name(app: Flask, cast: Cast, root: Path) -> None:
    """The client's name is shown and never a path (security.md X5)."""
    file_id = _upload(app, root, cast.ewa, name="../../secret plan.png")
    with app.app_context():
        file = db.session.get_one(StoredFile, file_id)
        path = storage.path_of(file.storage_name, root)
        assert path.read_bytes() == _PNG
        assert "secret" not in str(path)
        assert (file.name, file.media_type, file.size_bytes) == ("secret plan.png", "image/png", len(_PNG))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not list(root.glob(f"**/*{storage.TEMPORARY_SUFFIX}"))


@pytest.mark.parametrize("name", ["../../../etc/passwd", "", "a" * 48 + "/..", "A" * 48, "0" * 47])
def test_no_path_can_be_asked_for(root: Path, name: str) -> None:
    """Only names that we made lead anywhere (security.md X8)."""
    with pytest.raises(NotFoundError):
        storage.path_of(name, root)


def test_an_empty_and_a_too_large_file_are_refused_and_leave_nothing(
    app: Flask, cast: Cast, root: Path
) -> None:
    for content in (b"", b"x" * (storage.LARGEST_BYTES + 1)):
        with pytest.raises(InvalidInputError):
            _upload(app, root, cast.ewa, content)
    assert [path for path in root.glob("**/*") if path.is_file()] == []


class _Watching(io.BytesIO):
    """Bytes that look, while they are read, at what lies in the store."""

    def __init__(self, content: bytes, root: Path) -> None:
        super().__init__(content)
        self._root = root
        self.seen: set[str] = set()

    def read(self, size: int | None = -1, /) -> bytes:
        self.seen |= {path.suffix for path in self._root.glob("**/*") if path.is_file()}
        return super().read(size)


def test_nothing_can_be_asked_for_before_it_is_whole_and_committed(
    app: Flask, cast: Cast, root: Path
) -> None:
    """Not even for a moment (security.md X6)."""
    stream = _Watching(_PNG, root)
    with app.app_context():
        actions.upload(stream, "a.png", by_id=cast.ewa, root=root)
        db.session.rollback()
    assert stream.seen == {storage.TEMPORARY_SUFFIX}
    with app.app_context():
        assert db.session.scalar(select(StoredFile.id)) is None
        assert _set_aside(root, older_than=timedelta(seconds=-5)) == 1


def test_twenty_files_are_sent_at_once_and_no_more(app: Flask, cast: Cast, root: Path) -> None:
    """The rest can be sent afterwards (security.md M7)."""
    ids = [_upload(app, root, cast.ewa) for _ in range(actions.MOST_FILES + 1)]
    assert len(ids) == 21
    with app.app_context():
        with pytest.raises(InvalidInputError, match="At most 20 files"):
            actions.claim(ids, by_id=cast.ewa)
        assert len(actions.claim(ids[1:], by_id=cast.ewa)) == 20


def test_a_file_is_claimed_once_and_only_by_its_uploader(app: Flask, cast: Cast, root: Path) -> None:
    """An upload is bound to who sent it (security.md A12)."""
    file_id = _upload(app, root, cast.ewa)
    with app.app_context(), pytest.raises(InvalidInputError):
        actions.claim([file_id], by_id=cast.olek)
    with app.app_context():
        assert [file.id for file in actions.claim([file_id], by_id=cast.ewa)] == [file_id]
        db.session.commit()
    with app.app_context(), pytest.raises(InvalidInputError):
        actions.claim([file_id], by_id=cast.ewa)


def test_claimed_files_keep_the_order_they_were_given_in(app: Flask, cast: Cast, root: Path) -> None:
    ids = [_upload(app, root, cast.ewa) for _ in range(3)]
    with app.app_context():
        assert [file.id for file in actions.claim([ids[2], ids[0], ids[1]], by_id=cast.ewa)] == [
            ids[2],
            ids[0],
            ids[1],
        ]


def test_a_discarded_file_is_gone_and_a_foreign_or_sent_one_stays(app: Flask, cast: Cast, root: Path) -> None:
    mine, sent = _upload(app, root, cast.ewa), _upload(app, root, cast.ewa)
    with app.app_context():
        actions.claim([sent], by_id=cast.ewa)
        actions.discard(mine, by_id=cast.olek)
        actions.discard(sent, by_id=cast.ewa)
        db.session.commit()
    with app.app_context():
        assert db.session.get(StoredFile, mine) is not None
        assert db.session.get(StoredFile, sent) is not None
        actions.discard(mine, by_id=cast.ewa)
        db.session.commit()
    with app.app_context():
        assert db.session.get(StoredFile, mine) is None


def test_what_nobody_sent_is_kept_as_long_as_a_draft_and_its_bytes_longer(
    app: Flask, cast: Cast, root: Path
) -> None:
    old, young, sent = (_upload(app, root, cast.ewa) for _ in range(3))
    with app.app_context():
        actions.claim([sent], by_id=cast.ewa)
        for file_id in (old, sent):
            db.session.get_one(StoredFile, file_id).uploaded_at = now() - timedelta(days=61)
        db.session.get_one(StoredFile, young).uploaded_at = now() - timedelta(days=59)
        db.session.commit()
    with app.app_context():
        assert actions.forget_unclaimed() == 1
        db.session.commit()
    with app.app_context():
        assert db.session.get(StoredFile, old) is None
        assert (
            _set_aside(root, older_than=timedelta(days=1)) == 0
        )  # Too young: its row may be about to be committed.
        assert _set_aside(root, older_than=timedelta(seconds=-5)) == 1
        for file_id in (young, sent):
            storage.path_of(db.session.get_one(StoredFile, file_id).storage_name, root)


def test_uploads_are_limited_by_hour_and_in_all(app: Flask, cast: Cast, root: Path) -> None:
    """Nobody fills the disk (security.md M7)."""
    with app.app_context():
        rows = [
            StoredFile(
                storage_name=f"{n:048x}",
                name="a",
                media_type="x",
                size_bytes=10,
                sha256="0",
                uploaded_by_id=cast.ewa,
            )
            for n in range(actions.MOST_UPLOADS_AN_HOUR)
        ]
        db.session.add_all(rows)
        db.session.commit()
    with pytest.raises(TooManyAttemptsError):
        _upload(app, root, cast.ewa)
    _upload(app, root, cast.olek)
    with app.app_context():
        db.session.add(
            StoredFile(
                storage_name="f" * 48, name="a", media_type="x", size_bytes=actions.LARGEST_TOTAL_BYTES, sha256="0",
                uploaded_by_id=cast.anna,
            )
        )  # fmt: skip
        db.session.commit()
    with pytest.raises(InvalidInputError):
        _upload(app, root, cast.anna)
