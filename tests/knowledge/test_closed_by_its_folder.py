"""A folder that closes its articles closes those that are there already, though no byte of their files has changed."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.knowledge import library

_SAYS = {
    "_index.md": "---\ntitle: Pay\nslug: pay\ncascade:\n  audience: staff\n---\nAll about pay.\n",
    ".meta.yml": "audience: staff\n",
}


def _run(app: Flask, command: str, root: Path, *options: str) -> str:
    path = ("--path", str(root)) if command == "sync" else (str(root),)
    result = app.test_cli_runner().invoke(args=["kb", command, *path, *options])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with two articles in one folder, for everybody."""
    folder = tmp_path / "kb" / "en" / "pay"
    folder.mkdir(parents=True)
    for number in (1, 2):
        text = f"---\ntitle: Page {number}\nlanguage: en\n---\nText {number} of words {number * 7}.\n"
        (folder / f"page-{number}.md").write_text(text)
    return tmp_path / "kb"


@pytest.mark.parametrize("name", _SAYS)
@pytest.mark.parametrize("command", ["sync", "import"])
def test_what_lies_in_a_folder_that_closes_is_closed_and_named(
    app: Flask, employee: FlaskClient, tree: Path, command: str, name: str
) -> None:
    options = ("--from-files-only",) if command == "sync" else ()
    _run(app, command, tree, *options)
    assert employee.get("/articles/page-1").status_code == 200
    (tree / "en" / "pay" / name).write_text(_SAYS[name])
    said = _run(app, command, tree, *options)
    for slug in ("page-1", "page-2"):
        assert f"Restricted: en/pay/{slug}.md: staff (en/pay/{name}: " in said
        assert library.get_state(app, slug).audience == "staff"
        assert employee.get(f"/articles/{slug}").status_code == 404
    again = _run(app, command, tree, *options)
    assert ("0 articles from files" in again) if command == "sync" else ("0 added, 0 changed" in again)
    assert [len(library.get_state(app, slug).revisions) for slug in ("page-1", "page-2")] == [2, 2]


def test_a_file_that_is_moved_into_a_folder_that_closes_is_closed(
    app: Flask, employee: FlaskClient, tree: Path
) -> None:
    _run(app, "sync", tree, "--from-files-only")
    (tree / "en" / "shut").mkdir()
    (tree / "en" / "shut" / ".meta.yml").write_text(_SAYS[".meta.yml"])
    (tree / "en" / "pay" / "page-1.md").rename(tree / "en" / "shut" / "page-1.md")
    _run(app, "sync", tree, "--from-files-only")
    assert library.get_state(app, "page-1").audience == "staff"
    assert employee.get("/articles/page-1").status_code == 404


def test_a_file_that_reads_like_an_article_closes_it_where_its_folder_does(
    app: Flask, employee: FlaskClient, tree: Path
) -> None:
    _run(app, "sync", tree)
    _run(app, "export", tree.parent / "out")
    text = (tree.parent / "out" / "en" / "pay" / "page-1.md").read_text()
    with app.app_context():
        from_here = library.publish(app, "page-9", body="Nine.\n", category="pay", title="Page 9")
    assert from_here
    (tree.parent / "nine" / "en" / "pay").mkdir(parents=True)
    _run(app, "export", tree.parent / "nine")
    nine = tree.parent / "nine" / "en" / "pay" / "page-9.md"
    (tree / "en" / "pay" / "page-9.md").write_bytes(nine.read_bytes())
    (tree / "en" / "pay" / ".meta.yml").write_text(_SAYS[".meta.yml"])
    (tree / "en" / "pay" / "page-1.md").write_text(text)
    assert "Restricted: en/pay/page-9.md: staff" in _run(app, "sync", tree, "--from-files-only")
    assert employee.get("/articles/page-9").status_code == 404


def test_what_an_editor_opened_here_goes_into_its_file_and_stays_open(
    app: Flask, editor: FlaskClient, employee: FlaskClient, tree: Path
) -> None:
    (tree / "en" / "pay" / "page-1.md").write_text("---\ntitle: Page 1\naudience: staff\n---\nText.\n")
    _run(app, "sync", tree)
    sent = {"title": "Page 1", "body": "Text.", "audience": "everyone", "category": "pay"}
    sent |= {"based_on": "1", "publish": "1", "widening": "y"}
    assert editor.post("/articles/page-1/edit", data=sent).status_code == 303
    assert "1 files from articles" in _run(app, "sync", tree)
    assert "2 in step" in _run(app, "sync", tree)
    assert employee.get("/articles/page-1").status_code == 200
