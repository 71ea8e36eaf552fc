"""The search page: what is found, why, and what happens when nothing is found or the index is gone."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person
from servicedesk.web.settings import current_settings
from tests.factories import Cast
from tests.knowledge import library

_BANNER = "The search index is being repaired"


@pytest.fixture(autouse=True)
def articles(app: Flask) -> None:
    """A few articles in both languages, for several audiences."""
    library.publish(
        app,
        "vpn",
        title="VPN does not connect",
        body="The token is rejected by the gateway.\n",
        category="network",
        tags=("vpn", "home"),
    )
    library.publish(
        app,
        "wifi",
        title="Wi-Fi is slow",
        body="Move closer to the gateway.\n",
        category="network",
        tags=("wifi",),
    )
    library.publish(
        app,
        "vpn-pl",
        title="VPN nie działa",
        body="Token odrzucony.\n",
        category="network",
        language="pl",
        translation_of="vpn",
    )
    library.publish(
        app,
        "vpn-staff",
        title="VPN gateway runbook",
        body="Restart the gateway.\n",
        category="runbooks",
        audience="staff",
        tags=("internal",),
    )
    library.publish(
        app, "printer", title="Printer without paper", body="Fill in paper.\n", category="printing"
    )
    library.index(app)


def _titles(page: str) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "", title) for title in re.findall(r'class="hit-title"><a[^>]*>(.*?)</a>', page)
    ]


def test_a_hit_shows_title_passage_reason_category_and_language(employee: FlaskClient) -> None:
    page = employee.get("/search?q=token").text
    assert _titles(page)[0] == "VPN does not connect"
    for piece in (
        "The <mark>token</mark> is rejected",
        "Matches: token",
        "English",
        "not verified yet",
    ):
        assert piece in page


def test_ones_own_language_comes_first_and_the_others_are_marked(
    employee: FlaskClient, colleague: FlaskClient
) -> None:
    english, polish = employee.get("/search?q=vpn").text, colleague.get("/search?q=vpn").text
    assert _titles(english) == ["VPN does not connect", "VPN nie działa"]
    assert _titles(polish) == ["VPN nie działa", "VPN does not connect"]
    assert english.index("In other languages") > english.index(
        "VPN does not connect</a>".replace("VPN", "<mark>VPN</mark>")
    )


def test_counts_and_facets_are_of_what_the_reader_may_read(employee: FlaskClient, agent: FlaskClient) -> None:
    mine, theirs = employee.get("/search?q=gateway").text, agent.get("/search?q=gateway").text
    assert "2 articles" in mine
    assert "3 articles" in theirs
    assert "runbook" not in mine.lower()
    assert "internal" not in mine
    assert "internal" in theirs


def test_facets_and_the_grammar_narrow_down(employee: FlaskClient) -> None:
    assert _titles(employee.get("/search?q=gateway&tag=wifi").text) == ["Wi-Fi is slow"]
    assert _titles(employee.get("/search?q=vpn+lang:pl").text) == ["VPN nie działa"]
    assert _titles(employee.get("/search?q=gateway+-token").text) == ["Wi-Fi is slow"]
    assert _titles(employee.get("/search?q=category:network+tag:home").text) == ["VPN does not connect"]
    assert _titles(employee.get('/search?q="closer to the gateway"').text) == ["Wi-Fi is slow"]
    assert 'href="/search?q=gateway"' in employee.get("/search?q=gateway&tag=wifi").text


def test_a_misspelt_word_is_corrected_and_that_is_said(employee: FlaskClient) -> None:
    page = employee.get("/search?q=priner").text
    assert "Showing results for “printer”. No article has “priner”." in page
    assert _titles(page) == ["Printer without paper"]


def test_nothing_found_says_what_was_searched_and_leads_to_the_desk(employee: FlaskClient) -> None:
    page = employee.get("/search?q=qwxzqwxz+kjhkjh").text
    assert "Nothing found for “qwxzqwxz kjhkjh”" in page
    assert 'href="/incidents/new?text=qwxzqwxz+kjhkjh"' in page


def test_a_word_that_only_hidden_articles_have_is_never_a_correction(
    employee: FlaskClient, agent: FlaskClient
) -> None:
    assert "runbook" not in employee.get("/search?q=runbok").text.lower().replace("runbok", "")
    assert "runbook" in agent.get("/search?q=runbok").text


@pytest.mark.parametrize("between", ["the " * 60, "a" * 200 + " "])
def test_what_is_typed_beyond_200_characters_and_16_words_is_cut_off(
    employee: FlaskClient, between: str
) -> None:
    """No text makes a search long (security.md F2, M7)."""
    short = _titles(employee.get("/search", query_string={"q": f"gateway {between}"}).text)
    assert short == _titles(employee.get("/search", query_string={"q": f"gateway {between}-token"}).text)
    assert len(short) == 2
    assert len(_titles(employee.get("/search?q=gateway+-token").text)) == 1


@pytest.mark.parametrize("damage", ["gone", "empty", "garbage"])
def test_without_its_index_the_database_answers(
    app: Flask, employee: FlaskClient, agent: FlaskClient, damage: str
) -> None:
    with app.app_context():
        directory = current_settings().index_dir
    for path in [path for path in directory.rglob("*") if path.is_file()]:
        _damage(path, damage)
    page = employee.get("/search?q=gateway").text
    assert _BANNER in page
    assert _titles(page) == ["VPN does not connect", "Wi-Fi is slow"]
    assert _titles(agent.get("/search?q=gateway+-token").text) == ["VPN gateway runbook", "Wi-Fi is slow"]
    assert employee.get("/articles/vpn").status_code == 200
    library_titles = _titles(employee.get("/search?q=DZIAŁA").text)
    assert library_titles == ["VPN nie działa"]
    for path in sorted(directory.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    library.index(app)
    assert _BANNER not in employee.get("/search?q=gateway").text


def _damage(path: Path, damage: str) -> None:
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "empty" else b"\x80\x04c__builtin__\neval\n" * 20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=230),
    page=st.sampled_from(["", "0", "-1", "99999999999", "x", "2"]),
)
def test_no_text_is_ever_an_error(employee: FlaskClient, text: str, page: str) -> None:
    answer = employee.get(
        "/search",
        query_string={
            "q": text.encode("utf-8", "replace"),
            "page": page,
            "tag": text[:20],
            "category": text[:9],
        },
    )
    assert answer.status_code == 200


def test_the_query_is_shown_as_text(employee: FlaskClient) -> None:
    page = employee.get("/search", query_string={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


@pytest.fixture
def written(app: Flask, cast: Cast) -> None:
    """An article that one person wrote and another verified."""
    with app.app_context():
        article = db.session.scalars(select(Article).where(Article.slug == "printer")).one()
        article.verified_by = db.session.get_one(Person, cast.edyta)
        article.verified_by.display_name = "Edyta Żak-Nowak"
        article.revisions[0].author = db.session.get_one(Person, cast.hanna)
        article.revisions[0].author.display_name = "Hanna Lis"
        db.session.commit()


@pytest.mark.parametrize(
    ("name", "of_reader", "of_staff"),
    [
        ("Edyta", True, True),
        ("edyta", True, True),
        ("zak", True, True),
        ('"Żak-Nowak Edyta"', True, True),
        ("Hanna", False, True),
        ('"hanna lis"', False, True),
        ("Ed", False, False),
        ("Han", False, False),
        ("%", False, False),
        ('"Edyta Lis"', False, False),
        ("Olek", False, False),
    ],
)
@pytest.mark.usefixtures("written")
def test_readers_search_by_who_verified_and_staff_by_who_wrote(
    employee: FlaskClient, agent: FlaskClient, name: str, of_reader: bool, of_staff: bool
) -> None:
    for browser, finds in ((employee, of_reader), (agent, of_staff)):
        page = browser.get("/search", query_string={"q": f"paper by:{name}"}).text
        assert ('href="/articles/printer' in page) is finds
