"""`flask kb import --audience`: what a text restricts beside that never gives the files more readers than they were given for."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Cast, sign_in
from tests.knowledge import library

_FILES = {
    "bands": "# Salary bands\n\n**INTERNAL USE ONLY**\n\nThe bands are A to F.\n",
    "exit": "---\ntitle: Exit talks\nclassification: Confidential\n---\nWho goes in autumn.\n",
    "plain": "# Holidays of the department\n\nOther words.\n",
    "line": "# Rates\n\nAudience: staff\n\nThe rates of this year.\n",
    "comment": "<!-- audience: everyone -->\n# Bonus\n\nThe bonus of this year.\n",
    "foreign": "---\ntitle: Reviews\nvisibility: internal\n---\nThe reviews of this year.\n",
    "board": "---\ntitle: Board\ntarget_audience: group:Board\n---\nThe board of this year.\n",
    "learn": "---\ntitle: Learn\naudience: ITPro\nms.topic: how-to\nvisibility: internal\n---\nOf this year.\n",
}


def _import(app: Flask, root: Path, files: dict[str, str], *options: str) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).with_suffix(Path(name).suffix or ".md").write_text(text)
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root), *options])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def in_hr(app: Flask, cast: Cast) -> FlaskClient:
    """The browser of somebody in the group HR."""
    return sign_in(app, cast.hanna)


@pytest.mark.parametrize("slug", _FILES)
def test_files_given_for_a_group_are_nobody_elses_whatever_they_say_of_themselves(
    app: Flask, editor: FlaskClient, agent: FlaskClient, in_hr: FlaskClient, tmp_path: Path, slug: str
) -> None:
    _import(app, tmp_path / "hr", {slug: _FILES[slug]}, "--audience", "group:HR")
    article = library.get_state(app, slug)
    assert {article.audience, *(one.audience for one in article.revisions)} == {"group:HR"}
    for outsider in (editor, agent):
        assert outsider.get(f"/articles/{slug}").status_code == 404
        assert outsider.get(f"/articles/{slug}/edit").status_code in (403, 404)
    seen = in_hr.get(f"/articles/{slug}").status_code
    assert (seen, article.state) == ((200, "published") if slug in ("plain", "comment") else (404, "draft"))


def test_a_header_in_our_own_word_says_more_than_the_option(app: Flask, tmp_path: Path) -> None:
    files = {
        "one": "---\naudience: everyone\n---\nText of one.\n",
        "two": "---\naudience: staff\n---\nText, two of them.\n",
    }
    _import(app, tmp_path / "kb", files, "--audience", "group:HR")
    assert library.get_state(app, "one").audience == "everyone"
    assert library.get_state(app, "two").audience == "staff"


def test_an_option_that_is_wider_than_the_text_opens_nothing(app: Flask, tmp_path: Path) -> None:
    files = {"bands": _FILES["bands"], "foreign": _FILES["foreign"], "in/.meta.yml": "audience: group:HR\n"}
    _import(app, tmp_path / "kb", files | {"in/pay": "# Pay\n\nText.\n"}, "--audience", "staff")
    found = {slug: library.get_state(app, slug).audience for slug in ("bands", "foreign", "pay")}
    assert found == {"bands": "staff", "foreign": "staff", "pay": "group:HR"}


def test_an_option_given_later_closes_what_came_in_without_it(app: Flask, tmp_path: Path) -> None:
    _import(app, tmp_path / "kb", {"plain": _FILES["plain"]})
    _import(app, tmp_path / "kb", {}, "--audience", "group:HR")
    assert library.get_state(app, "plain").audience == "group:HR"
    _import(app, tmp_path / "kb", {})
    assert library.get_state(app, "plain").audience == "group:HR"
