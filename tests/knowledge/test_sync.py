"""`flask kb sync` and `export`: articles and their files in step, both ways; on a conflict neither is touched."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.knowledge.categories import ARTICLES_DIR
from servicedesk.knowledge.html_links import linked_slugs
from servicedesk.knowledge.models import Article, ArticleRevision
from tests.knowledge import library

_FILE = """---
title: Reset it
summary: How to reset it.
language: en
category: accounts
tags: [password, sign-in]
audience: everyone
keywords: [forgot, "0x80070005"]
facts_needed: [which device]
review_on: 2027-05-01
time_minutes: 5
---
Text of the file.
"""
_POLISH = "---\ntitle: Reset\nlanguage: pl\ncategory: accounts\ntranslation_of: reset-it\n---\nTekst.\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of two articles: one and its translation."""
    root = tmp_path / "kb"
    for language, name, text in (("en", "reset-it", _FILE), ("pl", "reset-po-polsku", _POLISH)):
        (root / language / "accounts").mkdir(parents=True)
        (root / language / "accounts" / f"{name}.md").write_text(text)
    return root


def _sync(app: Flask, root: Path, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(root), *options])


def _edit(editor: FlaskClient, slug: str, body: str, *, based_on: int = 1) -> None:
    sent = {"title": "Reset it", "body": body, "audience": "everyone", "category": "accounts"}
    sent |= {"based_on": str(based_on), "publish": "1"}
    assert editor.post(f"/articles/{slug}/edit", data=sent).status_code == 303


def _body(app: Flask, slug: str) -> str:
    revision = library.get_state(app, slug).published_revision
    assert revision is not None
    return revision.body


def test_the_first_sync_publishes_the_files_as_they_are(app: Flask, tree: Path) -> None:
    before = {path: path.read_bytes() for path in tree.rglob("*.md")}
    result = _sync(app, tree)
    assert (result.exit_code, "2 articles from files" in result.output) == (0, True)
    article = library.get_state(app, "reset-it")
    revision = article.published_revision
    assert revision is not None
    assert (article.category, article.tags, str(article.review_on)) == (
        "accounts",
        ["password", "sign-in"],
        "2027-05-01",
    )
    assert (revision.keywords, revision.facts_needed, revision.time_minutes) == (
        ["forgot", "0x80070005"],
        ["which device"],
        5,
    )
    translation = library.get_state(app, "reset-po-polsku").translation_of
    assert translation is not None
    assert translation.slug == "reset-it"
    assert {path: path.read_bytes() for path in tree.rglob("*.md")} == before
    assert "2 in step" in _sync(app, tree).output


def test_a_change_in_a_file_becomes_a_revision(app: Flask, tree: Path) -> None:
    _sync(app, tree)
    path = tree / "en/accounts/reset-it.md"
    path.write_text(path.read_text().replace("Text of the file.", "Better text."))
    assert "1 articles from files" in _sync(app, tree).output
    assert _body(app, "reset-it") == "Better text.\n"
    assert len(library.get_state(app, "reset-it").revisions) == 2


def test_an_edit_in_the_browser_is_written_to_the_file(app: Flask, tree: Path, editor: FlaskClient) -> None:
    _sync(app, tree)
    _edit(editor, "reset-it", "From the browser.")
    assert "1 files from articles" in _sync(app, tree).output
    text = (tree / "en/accounts/reset-it.md").read_text()
    assert text.endswith("---\nFrom the browser.\n")
    assert "2 in step" in _sync(app, tree).output


def test_a_new_article_gets_a_file_and_a_draft_none(app: Flask, tree: Path, editor: FlaskClient) -> None:
    sent = {
        "title": "Brand new",
        "body": "Text.",
        "audience": "staff",
        "category": "phones",
        "language": "en",
    }
    assert editor.post("/articles/new", data={**sent, "publish": "1"}).status_code == 303
    assert (
        editor.post("/articles/new", data={**sent, "title": "Only a draft", "save": "1"}).status_code == 303
    )
    _sync(app, tree)
    (written,) = (tree / "en/phones").iterdir()
    assert written.name.startswith("brand-new-")
    assert "audience: staff" in written.read_text()


def test_a_change_on_both_sides_touches_neither(app: Flask, tree: Path, editor: FlaskClient) -> None:
    _sync(app, tree)
    path = tree / "en/accounts/reset-it.md"
    path.write_text(path.read_text().replace("Text of the file.", "Text of git."))
    _edit(editor, "reset-it", "From the browser.")
    result = _sync(app, tree)
    assert result.exit_code == 1
    assert "Conflict: en/accounts/reset-it.md: File and article were both changed." in result.output
    assert _body(app, "reset-it") == "From the browser."
    assert "Text of git." in path.read_text()
    # Whoever takes one side over by hand ends the conflict.
    app.test_cli_runner().invoke(args=["kb", "export", str(tree)])
    assert _sync(app, tree).exit_code == 0


def test_a_deleted_file_archives_its_article(app: Flask, tree: Path) -> None:
    _sync(app, tree)
    (tree / "en/accounts/reset-it.md").unlink()
    assert "1 archived" in _sync(app, tree).output
    assert library.get_state(app, "reset-it").state == "archived"
    assert len(library.get_state(app, "reset-it").revisions) == 1


def test_a_deleted_file_of_a_changed_article_is_a_conflict(
    app: Flask, tree: Path, editor: FlaskClient
) -> None:
    _sync(app, tree)
    (tree / "en/accounts/reset-it.md").unlink()
    _edit(editor, "reset-it", "Still needed.")
    assert _sync(app, tree).exit_code == 1
    assert library.get_state(app, "reset-it").state == "published"


def test_an_archived_article_says_so_in_its_file_and_comes_back_from_it(
    app: Flask, tree: Path, editor: FlaskClient
) -> None:
    _sync(app, tree)
    editor.post("/articles/reset-it/archive")
    _sync(app, tree)
    path = tree / "en/accounts/reset-it.md"
    assert "state: archived" in path.read_text()
    assert "2 in step" in _sync(app, tree).output
    # Lost, perhaps, when somebody merged an older branch.
    path.write_text(path.read_text().replace("state: archived\n", ""))
    for _ in range(2):
        assert "The article was archived here. With --widen it comes back." in _sync(app, tree).output
        assert library.get_state(app, "reset-it").state == "archived"
    _sync(app, tree, "--widen")
    assert library.get_state(app, "reset-it").state == "published"


def test_what_a_file_archived_comes_back_from_it(app: Flask, tree: Path, editor: FlaskClient) -> None:
    _sync(app, tree)
    path = tree / "en/accounts/reset-it.md"
    text = path.read_text()
    for state, words in (("archived", "state: archived\n---\n"), ("published", "---\n")):
        path.write_text(text.replace("---\n", "\0", 1).replace("---\n", words, 1).replace("\0", "---\n"))
        _sync(app, tree)
        assert library.get_state(app, "reset-it").state == state


def test_a_new_category_moves_the_file(app: Flask, tree: Path, editor: FlaskClient) -> None:
    _sync(app, tree)
    sent = {
        "title": "Reset it",
        "body": "x",
        "audience": "everyone",
        "category": "security",
        "based_on": "1",
        "publish": "1",
    }
    assert editor.post("/articles/reset-it/edit", data=sent).status_code == 303
    _sync(app, tree)
    assert (tree / "en/security/reset-it.md").exists()
    assert not (tree / "en/accounts/reset-it.md").exists()
    assert "2 in step" in _sync(app, tree).output


def test_only_from_files_writes_no_file(app: Flask, tree: Path, editor: FlaskClient) -> None:
    _sync(app, tree)
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    _edit(editor, "reset-it", "From the browser.")
    _sync(app, tree, "--from-files-only")
    assert {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()} == before
    assert "1 files from articles" in _sync(app, tree).output


def test_what_is_exported_is_the_same_when_it_is_imported(app: Flask, tree: Path, tmp_path: Path) -> None:
    _sync(app, tree)
    library.publish(
        app,
        "odd",
        title='Colon: "quoted" #1',
        body="- [ ] Step\n",
        tags=("a, b", "yes"),
        audience="group:Płace, 1",
    )
    first, second = tmp_path / "first", tmp_path / "second"
    assert "3 articles written" in app.test_cli_runner().invoke(args=["kb", "export", str(first)]).output
    with app.app_context():
        for article in db.session.scalars(select(Article)):
            article.slug, article.state = f"old-{article.slug}", "archived"
        db.session.commit()
    assert "3 added" in app.test_cli_runner().invoke(args=["kb", "import", str(first)]).output
    app.test_cli_runner().invoke(args=["kb", "export", str(second)])
    files = {path.relative_to(first): path.read_text() for path in first.rglob("*.md")}
    assert len(files) == 3
    assert {path.relative_to(second): path.read_text() for path in second.rglob("*.md")} == files


def test_the_articles_that_ship_all_go_in_and_every_link_leads_somewhere(app: Flask) -> None:
    result = _sync(app, ARTICLES_DIR, "--from-files-only")
    assert result.exit_code == 0
    assert "0 refused" in result.output, result.output
    with app.app_context():
        counts = {
            row[0]: row[1]
            for row in db.session.execute(select(Article.language, func.count()).group_by(Article.language))
        }
        slugs = set(db.session.scalars(select(Article.slug)))
        linked = {
            slug
            for (html,) in db.session.execute(select(ArticleRevision.html))
            for slug in linked_slugs(html)
        }
    assert min(counts["en"], counts["pl"]) >= 40
    assert linked <= slugs


def test_a_file_that_was_moved_stays_the_file_of_its_article(app: Flask, tree: Path) -> None:
    _sync(app, tree)
    (tree / "en/security").mkdir()
    (tree / "en/accounts/reset-it.md").rename(tree / "en/security/reset-it.md")
    result = _sync(app, tree)
    assert (result.exit_code, "0 archived" in result.output) == (0, True)
    assert library.get_state(app, "reset-it").state == "published"
    assert "2 in step" in _sync(app, tree).output


@pytest.mark.parametrize("lost", ["*", "en"])
def test_a_folder_in_which_unusually_much_is_gone_archives_nothing(
    app: Flask, tmp_path: Path, lost: str
) -> None:
    root = tmp_path / "kb"
    for number in range(8):
        path = root / ("en" if number < 4 else "pl") / f"a{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# A{number}\n\nText.\n")
    _sync(app, root)
    for path in root.glob(f"{lost}/*.md"):
        path.unlink()
    result = _sync(app, root)
    assert (result.exit_code, "Unusually many files are gone" in result.output) == (1, True)
    with app.app_context():
        assert set(db.session.scalars(select(Article.state))) == {"published"}


def test_a_file_far_down_in_folders_is_in_step(app: Flask, tmp_path: Path) -> None:
    """As long a path as a tree may have."""
    path = tmp_path.joinpath("kb", *["d" * 95] * 4, "guide.md")
    path.parent.mkdir(parents=True)
    path.write_text("# Guide\n\nText.\n")
    assert "1 articles from files" in _sync(app, tmp_path / "kb").output
    assert "1 in step" in _sync(app, tmp_path / "kb").output
