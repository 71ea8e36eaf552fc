"""What was edited here and is then closed in its tree is closed, and no word of what was written here is lost."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.factories import Cast
from tests.knowledge import library


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of two articles for everybody."""
    folder = tmp_path / "kb" / "pay"
    folder.mkdir(parents=True)
    for number in (1, 2):
        text = f"---\ntitle: Q {number}\n---\nThe text of number {number} has words.\n"
        (folder / f"q-{number}.md").write_text(text)
    return tmp_path / "kb"


def _edit(
    editor: FlaskClient, body: str, *, based_on: int, press: str = "publish", audience: str = "everyone"
) -> None:
    sent = {"title": "Q 2", "body": body, "audience": audience, "based_on": str(based_on), press: "1"}
    assert editor.post("/articles/q-2/edit", data=sent | {"widening": "y"}).status_code == 303


def _say(tree: Path, words: str) -> None:
    (tree / "pay" / ".meta.yml").write_text(words)


def test_an_article_with_a_mended_word_is_named_and_closed_with_its_folder(
    app: Flask, editor: FlaskClient, employee: FlaskClient, agent: FlaskClient, tree: Path
) -> None:
    library.import_tree(app, tree)
    _edit(editor, "The text with a mended word.", based_on=1)
    _say(tree, "audience: staff\n")
    said = library.import_tree(app, tree)
    assert "Restricted: pay/q-2.md: staff (pay/.meta.yml: audience: staff)" in said
    assert "0 added, 2 changed, 0 unchanged, 0 refused." in said
    assert employee.get("/articles/q-2").status_code == 404
    assert "with a mended word" in agent.get("/articles/q-2").text
    assert "0 added, 0 changed, 2 unchanged" in library.import_tree(app, tree)


def test_a_text_that_waits_for_publishing_is_closed_too_and_waits_on(
    app: Flask, cast: Cast, editor: FlaskClient, agent: FlaskClient, tree: Path
) -> None:
    library.import_tree(app, tree)
    _edit(editor, "What waits.", based_on=1, press="save")
    _say(tree, "audience: staff\n")
    library.import_tree(app, tree)
    article = library.get_state(app, "q-2")
    assert article.published_revision is not None
    assert "number 2" in article.published_revision.body
    newest = article.revisions[-1]
    assert (newest.body.strip(), newest.audience, article.audience) == ("What waits.", "staff", "staff")
    assert "number 2" in agent.get("/articles/q-2").text


@pytest.mark.parametrize(("words", "state"), [("draft: true\n", "draft"), ("archived: true\n", "archived")])
def test_a_new_state_takes_an_edited_article_from_its_readers(
    app: Flask, editor: FlaskClient, employee: FlaskClient, tree: Path, words: str, state: str
) -> None:
    library.import_tree(app, tree)
    _edit(editor, "The text with a mended word.", based_on=1)
    _say(tree, words)
    assert f"Restricted: pay/q-2.md: {state} (pay/.meta.yml: " in library.import_tree(app, tree)
    assert employee.get("/articles/q-2").status_code == 404
    assert library.get_state(app, "q-2").revisions[-1].body.strip() == "The text with a mended word."
    _edit(editor, "Published again.", based_on=2)
    assert "0 added, 0 changed, 2 unchanged" in library.import_tree(app, tree)
    assert employee.get("/articles/q-2").status_code == 200


def test_where_the_text_was_changed_on_both_sides_the_article_is_closed_and_the_text_left_to_people(
    app: Flask, editor: FlaskClient, employee: FlaskClient, tree: Path
) -> None:
    library.import_tree(app, tree)
    _edit(editor, "The text with a mended word.", based_on=1)
    (tree / "pay" / "q-2.md").write_text(
        "---\ntitle: Q 2\naudience: staff\n---\nThe text of number 2, anew.\n"
    )
    said = library.import_tree(app, tree)
    assert "Restricted: pay/q-2.md: staff (audience: staff)" in said
    assert "Refused: pay/q-2.md: File and article were both changed. The article was closed" in said
    assert employee.get("/articles/q-2").status_code == 404
    assert library.get_state(app, "q-2").revisions[-1].body.strip() == "The text with a mended word."
    assert "Refused: pay/q-2.md: File and article were both changed. Take" in library.import_tree(app, tree)
    assert len(library.get_state(app, "q-2").revisions) == 3


def test_what_an_editor_opened_stays_open_while_its_file_says_the_same(
    app: Flask, editor: FlaskClient, employee: FlaskClient, tree: Path
) -> None:
    _say(tree, "audience: staff\n")
    library.import_tree(app, tree)
    _edit(editor, "Open to all.", based_on=1)
    assert "0 added, 0 changed, 2 unchanged" in library.import_tree(app, tree)
    assert employee.get("/articles/q-2").status_code == 200


def test_a_group_that_was_chosen_here_and_another_of_the_file_leave_a_draft_for_the_one_here(
    app: Flask, cast: Cast, editor: FlaskClient, employee: FlaskClient, agent: FlaskClient, tree: Path
) -> None:
    library.import_tree(app, tree)
    _edit(editor, "For staff.", based_on=1, audience="staff")
    _say(tree, "audience: group:HR\n")
    assert "Restricted: pay/q-2.md: draft" in library.import_tree(app, tree)
    for browser in (editor, employee, agent):
        assert browser.get("/articles/q-2").status_code == 404
    assert editor.get("/articles/q-2/edit").status_code == 404


def test_of_two_groups_the_one_that_was_chosen_here_has_it_as_a_draft(
    app: Flask, cast: Cast, editor: FlaskClient, tree: Path
) -> None:
    library.import_tree(app, tree)
    with app.app_context():
        db.session.get_one(Person, cast.edyta).groups = ["Board"]
        db.session.commit()
    _edit(editor, "For the board.", based_on=1, audience="group:Board")
    _say(tree, "audience: group:HR\n")
    assert "Restricted: pay/q-2.md: draft" in library.import_tree(app, tree)
    article = library.get_state(app, "q-2")
    assert {article.audience, article.revisions[-1].audience} == {"group:Board"}
    assert "0 added, 0 changed, 2 unchanged" in library.import_tree(app, tree)
