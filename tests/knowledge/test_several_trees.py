"""Several trees in one desk: none changes what came from another, and each is known again wherever it lies."""

import shutil
import subprocess
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from servicedesk.database import db
from servicedesk.knowledge.models import Article, ImportedFile
from tests.knowledge import library

_WORDS = "Hold both keys for ten seconds, until the display shows zero and the light is green again. Then weigh a known box."


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def _import(app: Flask, root: Path, *options: str, is_refused: bool = False) -> str:
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root), *options])
    assert result.exit_code == (2 if is_refused else 0), result.output
    return result.output


def _titles(app: Flask) -> dict[str, str]:
    with app.app_context():
        return {row.slug: row.title for row in db.session.execute(select(Article.slug, Article.title))}


def test_trees_whose_folders_are_called_alike_are_two(app: Flask, tmp_path: Path) -> None:
    scale = _write(tmp_path / "warehouse/docs/en", {"reset.md": f"# Reset the scale\n\n{_WORDS}\n"})
    coffee = _write(
        tmp_path / "office/docs/en", {"reset.md": "# Reset the coffee machine\n\nPull the plug.\n"}
    )
    _import(app, scale)
    assert "1 added, 0 changed" in _import(app, coffee)
    assert _titles(app) == {"reset": "Reset the scale", "office-reset": "Reset the coffee machine"}
    assert "0 added, 0 changed, 1 unchanged" in _import(app, scale)
    assert "0 added, 0 changed, 1 unchanged" in _import(app, coffee)


def test_what_two_trees_call_alike_goes_in_from_both(app: Flask, tmp_path: Path) -> None:
    for team in ("first", "second"):
        root = _write(
            tmp_path / f"kb-{team}",
            {
                name: f"# {name} of the {team}\n\n{team}.\n"
                for name in ("README.md", "templates.md", "vpn/index.md")
            },
        )
        assert "3 added, 0 changed, 0 unchanged, 0 refused." in _import(app, root)
    assert set(_titles(app)) == {
        "readme-article", "templates", "vpn", "kb-second", "kb-second-templates", "kb-second-vpn",
    }  # fmt: skip


def test_an_address_that_the_tree_has_too_gets_a_number(app: Flask, tmp_path: Path) -> None:
    for place in ("a/docs", "b/docs", "c/docs"):
        _import(
            app, _write(tmp_path / place, {"x.md": f"# X {place}\n\nText of {place}.\n"}), "--tree", "Team"
        )
        with app.app_context():
            db.session.execute(update(ImportedFile).values(source=ImportedFile.source + "x"))
            db.session.commit()
    assert set(_titles(app)) == {"x", "team-x", "team-x-2"}


def test_a_tree_that_was_moved_is_known_again(app: Flask, tmp_path: Path) -> None:
    files = {f"part/a{number}.md": f"# A{number}\n\nText {number}.\n" for number in range(4)}
    root = _write(tmp_path / "old/place", files)
    _import(app, root)
    moved = tmp_path / "new" / "home" / "kb"
    moved.parent.mkdir(parents=True)
    shutil.move(root, moved)
    _write(moved, {"part/a0.md": "# A0\n\nText 0, changed.\n"})
    assert "0 added, 1 changed, 3 unchanged" in _import(app, moved)
    assert "0 added, 0 changed, 4 unchanged" in _import(app, moved)
    assert len(_titles(app)) == 4


def test_a_repository_is_known_by_its_remote(app: Flask, tmp_path: Path) -> None:
    for place in ("one", "two"):
        root = _write(tmp_path / place / "docs", {"a.md": f"# A\n\nText {place}.\n"})
        subprocess.run(["git", "init", "--quiet", str(tmp_path / place)], check=True)
        remote = "https://user:secret@git.example.com/team/kb.git"
        subprocess.run(["git", "-C", str(tmp_path / place), "remote", "add", "origin", remote], check=True)
        _import(app, root)
    assert _titles(app) == {"a": "A"}
    with app.app_context():
        assert db.session.scalars(select(ImportedFile.source)).all() == [
            "git:https://git.example.com/team/kb:docs"
        ]


def test_what_an_earlier_version_recorded_is_found(app: Flask, tmp_path: Path) -> None:
    files = {f"a{number}.md": f"# A{number}\n\nText {number}.\n" for number in range(3)}
    root = _write(tmp_path / "site/docs", files)
    _import(app, root)
    with app.app_context():
        db.session.execute(update(ImportedFile).values(source="site/docs", text_sha256=None, state=None))
        db.session.commit()
    _write(root, {f"a{number}.md": f"# A{number}\n\nText {number}, changed.\n" for number in range(3)})
    assert "0 added, 3 changed, 0 unchanged" in _import(app, root)


def test_a_copy_that_went_its_own_way_is_asked_for_a_name(app: Flask, tmp_path: Path) -> None:
    files = {f"a{number}.md": f"# A{number}\n\nText {number}.\n" for number in range(6)}
    original = _write(tmp_path / "original", files)
    _import(app, original)
    copy = _write(tmp_path / "copy", {**files, "a0.md": f"# Another\n\n{_WORDS}\n"})
    assert "--tree NAME" in _import(app, copy, is_refused=True)
    assert "6 added" in _import(app, copy, "--tree", "copy")
    assert "0 added, 0 changed, 6 unchanged" in _import(app, original)
    assert "0 added, 0 changed, 6 unchanged" in _import(app, copy, "--tree", "copy")


def test_a_file_that_two_trees_share_is_no_sign_that_they_are_one(app: Flask, tmp_path: Path) -> None:
    shared = {"net/licence.md": f"# Licence\n\n{_WORDS}\n"}
    _import(
        app, _write(tmp_path / "one", {**shared, **{f"a{n}.md": f"# A{n}\n\nText {n}.\n" for n in range(8)}})
    )
    assert "2 added" in _import(app, _write(tmp_path / "two", {**shared, "b.md": "# B\n\nAnother text.\n"}))
    part = {f"part/a{n}.md": f"# A{n}\n\nText {n}.\n" for n in range(3)}
    assert "--tree NAME" in _import(app, _write(tmp_path / "three", part), is_refused=True)


def test_another_text_in_the_place_of_the_old_one_is_named_and_left(app: Flask, tmp_path: Path) -> None:
    root = _write(tmp_path / "kb", {"a.md": f"# Reset the scale\n\n{_WORDS}\n"})
    _import(app, root)
    _write(root, {"a.md": "# Order a headset\n\nAsk the shop on the ground floor for one that fits.\n"})
    output = _import(app, root)
    assert "1 refused" in output
    assert "Refused: a.md: Nearly nothing is left" in output
    assert library.get_state(app, "a").title == "Reset the scale"
    assert "1 changed" in _import(app, root, "--replace")
    assert library.get_state(app, "a").title == "Order a headset"
