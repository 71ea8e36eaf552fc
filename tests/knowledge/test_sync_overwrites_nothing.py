"""`flask kb sync` beside other people and programs: what it has not read it neither overwrites nor removes."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from servicedesk import database
from servicedesk.database import db
from servicedesk.knowledge.actions.syncing import Sync
from tests.knowledge import library


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty tree."""
    folder = tmp_path / "kb"
    folder.mkdir()
    return folder


def _put(root: Path, path: str, text: str) -> Path:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return place


def _sync(app: Flask, root: Path) -> Result:
    return app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(root)])


def _edit(editor: FlaskClient, slug: str, **changed: str) -> None:
    sent = {"title": "Edited", "body": "Edited here.", "audience": "everyone", "category": "tools"}
    sent |= {"based_on": "1", "publish": "1"}
    assert editor.post(f"/articles/{slug}/edit", data=sent | changed).status_code == 303


def _texts(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.md")}


def test_a_file_that_was_in_conflict_is_not_overwritten_by_one_that_moves(
    app: Flask, root: Path, editor: FlaskClient
) -> None:
    _put(root, "en/network/setup/vpn.md", "# VPN setup\n\nText of A.\n")
    _put(root, "en/network/vpn.md", "# VPN\n\nStands nowhere else.\n")
    assert _sync(app, root).exit_code == 1
    before = _texts(root)
    _edit(editor, "vpn", category="network")
    result = _sync(app, root)
    assert result.exit_code == 1
    assert "Conflict: en/network/vpn.md: " in result.output
    assert "Something else stands where this article's file belongs: en/network/vpn.md" in result.output
    assert _texts(root) == before
    article = library.get_state(app, "vpn")
    assert article.published_revision is not None
    assert article.published_revision.body == "Edited here."


def test_the_file_of_another_article_is_not_overwritten_by_one_that_moves(
    app: Flask, root: Path, editor: FlaskClient
) -> None:
    _put(root, "en/vpn.md", "---\nslug: vpn-setup\n---\n# VPN setup\n\nText of B.\n")
    _put(root, "en/tools/vpn.md", "---\nslug: vpn\n---\n# VPN\n\nText of A.\n")
    assert _sync(app, root).exit_code == 0
    before = _texts(root)
    _edit(editor, "vpn", category="")
    result = _sync(app, root)
    assert (result.exit_code, "1 in conflict, 0 refused" in result.output) == (1, True)
    assert _texts(root) == before
    # Whoever gives the other file a place of its own ends the conflict, as soon as that place is known.
    (root / "en/vpn.md").rename(root / "en/vpn-setup.md")
    _sync(app, root)
    assert _sync(app, root).exit_code == 0
    assert "Edited here." in (root / "en/vpn.md").read_text()
    assert not (root / "en/tools/vpn.md").exists()


def test_an_article_of_here_whose_place_is_taken_is_named(app: Flask, root: Path) -> None:
    _put(root, "en/network/printer.md", "---\nslug: other\n---\n# Other\n\nText.\n")
    library.publish(app, "printer", category="network")
    before = _texts(root)
    result = _sync(app, root)
    assert result.exit_code == 1
    assert "Conflict: en/network/printer.md: Something else stands" in result.output
    assert _texts(root) == before


def test_a_folder_or_a_broken_link_in_the_place_of_a_file_is_named(app: Flask, root: Path) -> None:
    (root / "en/one.md").mkdir(parents=True)
    (root / "en/two.md").symlink_to("nowhere")
    (root / "en/three").symlink_to("three")
    for slug in ("one", "two"):
        library.publish(app, slug)
    library.publish(app, "four", category="three")
    library.publish(app, "five")
    result = _sync(app, root)
    assert (result.exit_code, "1 files from articles" in result.output) == (1, True), result.output
    assert all(f"en/{path}.md" in result.stderr for path in ("one", "two", "three/four")), result.stderr


def test_a_file_that_is_a_link_to_another_leaves_that_one_alone(
    app: Flask, root: Path, editor: FlaskClient
) -> None:
    """Two articles may share a text; an edit of one is not the other's."""
    _put(root, "en/tools/one.md", "# One\n\nText.\n")
    (root / "en/tools/two.md").symlink_to("one.md")
    _sync(app, root)
    before = _texts(root)
    _edit(editor, "two")
    result = _sync(app, root)
    assert (result.exit_code, "A link stands" in result.output) == (1, True)
    assert _texts(root) == before


def test_a_file_that_cannot_be_written_is_no_success(app: Flask, root: Path, editor: FlaskClient) -> None:
    _put(root, "en/tools/vpn.md", "# VPN\n\nText of A.\n")
    _put(root, "en/network", "Not a folder.")
    _sync(app, root)
    before = _texts(root)
    _edit(editor, "vpn", category="network")
    result = _sync(app, root)
    assert (result.exit_code, "Refused: en/tools/vpn.md: It could not be stored." in result.output) == (
        1,
        True,
    )
    assert _texts(root) == before


@pytest.mark.parametrize("category", ["tools", "new"], ids=["stays", "moves"])
@pytest.mark.parametrize("is_deleted", [False, True], ids=["saved", "deleted"])
def test_a_file_that_is_changed_while_a_sync_runs_is_left_alone(
    app: Flask, root: Path, editor: FlaskClient, category: str, *, is_deleted: bool
) -> None:
    for name in ("first", "last"):
        _put(root, f"en/tools/{name}.md", f"# {name}\n\nText.\n")
    _sync(app, root)
    _edit(editor, "first")
    _edit(editor, "last", category=category)
    saved = "# last\n\nSaved at this moment.\n"
    with app.app_context():
        database.begin_anew()
        sync = Sync(root)
        for path in sync.run():
            db.session.commit()
            if path == "en/tools/first.md":
                (root / "en/tools/last.md").unlink()
                if not is_deleted:
                    _put(root, "en/tools/last.md", saved)
        assert [file.path for file in sync.report.conflicts] == ["en/tools/last.md"]
        assert sync.report.to_files == ["en/tools/first.md"]
    assert {path: text for path, text in _texts(root).items() if "last" in path} == (
        {} if is_deleted else {"en/tools/last.md": saved}
    )
    assert _sync(app, root).exit_code == 1
    assert library.get_state(app, "last").state == "published"


def test_an_article_stays_whose_file_comes_back_while_a_sync_runs(app: Flask, root: Path) -> None:
    """As a checkout of git does, or an editor that saves by renaming."""
    for name in ("first", "last"):
        _put(root, f"en/{name}.md", f"# {name}\n\nText.\n")
    _sync(app, root)
    _put(root, "en/first.md", "# first\n\nNew text.\n")
    (root / "en/last.md").unlink()
    with app.app_context():
        database.begin_anew()
        for path in Sync(root).run():
            db.session.commit()
            if path == "en/first.md":
                _put(root, "en/last.md", "# last\n\nText.\n")
    assert library.get_state(app, "last").state == "published"
    assert "2 in step" in _sync(app, root).output


def test_a_moved_file_goes_when_it_is_committed_and_not_before(
    app: Flask, root: Path, editor: FlaskClient
) -> None:
    _put(root, "en/tools/vpn.md", "# VPN\n\nText.\n")
    _sync(app, root)
    _edit(editor, "vpn", category="new")
    with app.app_context():
        database.begin_anew()
        for _ in Sync(root).run():
            assert sorted(_texts(root)) == ["en/new/vpn.md", "en/tools/vpn.md"]
            break  # As a commit that fails, or a process that is killed.
        db.session.rollback()
    assert sorted(_texts(root)) == ["en/new/vpn.md", "en/tools/vpn.md"]
    assert _sync(app, root).exit_code == 1


def test_a_file_that_somebody_moved_is_written_where_it_belongs_when_it_is_edited_here(
    app: Flask, root: Path, editor: FlaskClient
) -> None:
    path = _put(root, "en/tools/vpn.md", "---\nslug: vpn\ncategory: old\n---\n# VPN\n\nText.\n")
    _sync(app, root)
    (root / "en/elsewhere").mkdir()
    path.rename(root / "en/elsewhere/vpn.md")
    _edit(editor, "vpn")
    assert _sync(app, root).exit_code == 0
    assert sorted(_texts(root)) == ["en/tools/vpn.md"]


@pytest.mark.parametrize("name", ["VPN\u00a0guide.md", "VPN\u200bguide.md", "VPN\u2028guide.md"])
def test_the_article_of_a_file_that_cannot_be_read_stays_whatever_the_file_is_called(
    app: Flask, root: Path, name: str
) -> None:
    for number in range(6):
        _put(root, f"en/fill{number}.md", f"# Fill {number}\n\nText.\n")
    file = _put(root, f"en/{name}", "# VPN guide\n\nText.\n")
    assert _sync(app, root).exit_code == 0
    file.write_bytes("Zażółć\n".encode("iso8859-2"))
    result = _sync(app, root)
    assert ("0 archived" in result.output, "1 refused" in result.output) == (True, True), result.output
    assert name not in result.output


def test_the_articles_of_a_folder_that_is_not_read_any_more_stay(app: Flask, root: Path) -> None:
    folder = "VPN\u00a0guides"
    _put(root, f"{folder}/en/vpn.md", "# VPN guide\n\nText.\n")
    _sync(app, root)
    hidden = root.with_name("hidden")
    (root / folder).rename(hidden)
    (root / folder).symlink_to(hidden)
    result = _sync(app, root)
    assert "0 archived" in result.output, result.output
