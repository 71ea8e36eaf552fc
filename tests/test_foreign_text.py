"""What looks the same is the same, and nothing unseen comes in: text from outside is cleaned at the border."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from servicedesk import foreign_text
from servicedesk.database import db
from servicedesk.people.models import LoginFailure
from tests.factories import Cast
from tests.incidents.desk_work import read
from tests.incidents.library import file

_FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f466"


@pytest.mark.parametrize(
    ("foreign", "clean"),
    [
        ("plain", "plain"),
        ("two\r\nlines\rthree\vfour\ffive\x85six\u2028seven\u2029eight", "two lines three four five six seven eight"),
        ("zaz\u0307o\u0301\u0142c\u0301", "za\u017c\u00f3\u0142\u0107"),
        ("a\0b\x1b[31mc\x7f\x9bd", "ab[31mcd"),
        ("pass\u200bword\ufeff\u2060\xad", "password"),
        ("an\u200dna", "anna"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a \u3000 b\tc\xa0d", "a b c d"),
        ("half\ud83d", "half\ufffd"),
        ("tagged\U000e0041\U000e0042", "tagged"),
        (_FAMILY, _FAMILY),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
    ],
    ids=ascii,
)  # fmt: skip
def test_a_line_holds_what_one_can_see(foreign: str, clean: str) -> None:
    assert foreign_text.line(foreign) == clean


def test_lines_stay_lines_and_indents_stay_indents() -> None:
    assert foreign_text.lines("1. one\r\n\tcode  here\u2028end\r\n") == "1. one\n\tcode  here\nend\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IT staff", "it  STAFF"),
        ("\uff21nna", "Anna"),
        ("Jo\u0301zef", "J\u00f3zef"),
        ("Stra\u00dfe", "STRASSE"),
        ("IT\u200b staff", "IT staff"),
        ("\u2764\ufe0f", "\u2764"),
    ],
    ids=ascii,
)
def test_names_that_look_the_same_have_one_key(one: str, other: str) -> None:
    assert foreign_text.key(one) == foreign_text.key(other)


def test_names_that_look_different_have_two_keys() -> None:
    assert foreign_text.key("za\u017c\u00f3\u0142\u0107") != foreign_text.key("zazolc")


@given(st.text(alphabet=st.characters()))
def test_cleaning_ends_and_can_be_stored(text: str) -> None:
    for clean in (foreign_text.line, foreign_text.lines, foreign_text.key):
        once = clean(text)
        assert clean(once) == once
        assert "\0" not in once
        once.encode()
    assert len(foreign_text.line(text).splitlines()) <= 1


def test_what_is_filed_holds_nothing_unseen(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    sent = {"text": "The re\u0301sume\u0301\r\nwill not pr\u200bint\u202e", "step": "details"}
    assert employee.post("/incidents/new", data=sent).status_code == 303
    assert "The r\u00e9sum\u00e9\nwill not print" in employee.get("/incidents/new").text


def test_a_title_in_decomposed_letters_is_found_by_composed_ones(
    app: Flask, cast: Cast, employee: FlaskClient, agent: FlaskClient
) -> None:
    number = file(app, cast.ewa, "Za\u017c\u00f3\u0142\u0107 is away")
    assert (
        read(app, number).title
        in agent.get("/queue", query_string={"q": "zaz\u0307o\u0301\u0142c\u0301"}).text
    )


def test_json_is_cleaned_too(app: Flask) -> None:
    sent = json.dumps({"a\0": ["caf\u0065\u0301", {"b": "\ud800"}], "n": 5})
    assert app.json.loads(sent) == {"a": ["caf\u00e9", {"b": "\ufffd"}], "n": 5}


def test_a_password_is_not_made_another_one(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context(
        "/login", method="POST", data={"password": "a\0b\u0065\u0301", "username": "a\0b"}
    ) as context:
        app.preprocess_request()
        assert context.request.form["password"] == "a\0b\u0065\u0301"
        assert context.request.form["username"] == "ab"
    with app.app_context():
        assert db.session.query(LoginFailure).count() == 0
