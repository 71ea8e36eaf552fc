"""A file that names other readers, neither more nor fewer: until --widen nobody reads whom not both the article and it let."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.knowledge import library

_PAGE = "pay/page.md"
_FROM_AND_TO = [
    ("staff", "group:Finance"),
    ("group:Legal", "group:Finance"),
    ("group:Legal", "staff"),
]


def _write(root: Path, audience: str, *, text: str = "Of doors and keys.") -> None:
    header = f"title: Page\naudience: {audience}" if audience else "title: Page"
    library.write_tree(root, {_PAGE: f"---\n{header}\n---\n{text}\n"})


def _run(app: Flask, command: str, root: Path, *options: str) -> Result:
    path = ("--path", str(root)) if command == "sync" else (str(root),)
    return app.test_cli_runner().invoke(args=["kb", command, *path, *options])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the tree stands."""
    return tmp_path / "kb"


@pytest.fixture
def readers(app: Flask, cast: Cast) -> dict[str, FlaskClient]:
    """One of staff, one of each group who is no staff, and one who is of both groups."""
    groups: dict[str, list[str]] = {
        "anna": [],
        "ewa": ["Finance"],
        "olek": ["Legal"],
        "hanna": ["Finance", "Legal"],
    }
    with app.app_context():
        for name, those in groups.items():
            db.session.get_one(Person, getattr(cast, name)).groups = those
        db.session.commit()
    return {name: sign_in(app, getattr(cast, name)) for name in groups}


def _who_reads(readers: dict[str, FlaskClient]) -> set[str]:
    return {name for name, one in readers.items() if one.get("/articles/page").status_code == 200}


@pytest.mark.parametrize("command", ["sync", "import"])
@pytest.mark.parametrize(("before", "after"), _FROM_AND_TO)
def test_it_is_closed_and_said_until_somebody_opens_it(
    app: Flask, readers: dict[str, FlaskClient], root: Path, command: str, before: str, after: str
) -> None:
    _write(root, before)
    assert _run(app, command, root).exit_code == 0
    had = _who_reads(readers)
    assert had
    _write(root, after, text="Of doors, keys and locks.")
    for number in range(3):
        said = _run(app, command, root).output
        assert "With --widen" in said
        assert ("Restricted: pay/page.md: draft (audience: " in said) is (number == 0)
        assert _who_reads(readers) == set()
    article = library.get_state(app, "page")
    assert article.state == "draft"
    assert "locks" not in article.revisions[-1].body
    file = (root / _PAGE).read_text()
    opened = _run(app, command, root, "--widen")
    assert (opened.exit_code, "Opened: pay/page.md" in opened.output) == (0, True)
    article = library.get_state(app, "page")
    assert (article.state, article.audience) == ("published", after)
    assert "locks" in article.revisions[-1].body
    assert _who_reads(readers) - had
    assert (root / _PAGE).read_text() == file


@pytest.mark.parametrize("command", ["sync", "import"])
def test_a_file_that_says_again_what_it_said_opens_nothing_by_that(
    app: Flask, readers: dict[str, FlaskClient], root: Path, command: str
) -> None:
    _write(root, "staff")
    _run(app, command, root)
    _write(root, "group:Finance")
    _run(app, command, root)
    _write(root, "staff")
    assert "With --widen" in _run(app, command, root).output
    assert _who_reads(readers) == set()
    _run(app, command, root, "--widen")
    assert _who_reads(readers) == {"anna", "hanna"}
    assert library.get_state(app, "page").audience == "staff"


@pytest.mark.parametrize("command", ["sync", "import"])
def test_a_draft_that_waited_is_not_opened_to_others_by_asking_twice(
    app: Flask, readers: dict[str, FlaskClient], root: Path, command: str
) -> None:
    library.write_tree(root, {_PAGE: "---\ntitle: Page\naudience: staff\ndraft: true\n---\nOf keys.\n"})
    _run(app, command, root)
    assert library.get_state(app, "page").state == "draft"
    _write(root, "group:Finance")
    for _ in range(3):
        assert "With --widen" in _run(app, command, root).output
        assert _who_reads(readers) == set()


@pytest.mark.parametrize("command", ["sync", "import"])
@pytest.mark.parametrize("after", ["everyone", ""])
def test_a_file_that_only_opens_is_refused_and_its_readers_stay(
    app: Flask, readers: dict[str, FlaskClient], root: Path, command: str, after: str
) -> None:
    _write(root, "group:Legal")
    _run(app, command, root)
    _write(root, after)
    assert "More people than now" in _run(app, command, root).output
    assert _who_reads(readers) == {"olek", "hanna"}


def test_a_file_that_moves_meanwhile_is_still_the_articles(
    app: Flask, readers: dict[str, FlaskClient], root: Path
) -> None:
    _write(root, "staff")
    _run(app, "sync", root)
    (root / _PAGE).unlink()
    library.write_tree(root, {"other/page.md": "---\ntitle: Page\naudience: group:Finance\n---\nOf keys.\n"})
    for _ in range(2):
        assert "With --widen" in _run(app, "sync", root).output
        assert _who_reads(readers) == set()
    assert _run(app, "sync", root, "--widen").exit_code == 0
    assert _who_reads(readers) == {"ewa", "hanna"}
