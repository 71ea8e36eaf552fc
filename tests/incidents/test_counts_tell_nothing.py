"""Nobody learns from suggestions whether a name or a rare word stands in a colleague's incident, and one incident still teaches.

The same questions are asked while the word stands there and while another one does: whatever is answered must be the same.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.desk.models import Team
from servicedesk.incidents.actions import resolving, work
from servicedesk.incidents.models import Incident
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.incidents.library import file, publish, resolve, write_index

_SECRET = ("Wojciechowska", "endometriosis", "wojciechowska@example.com", "K-77120")
_OTHER = ("Przybylskaaaa", "photosynthesis", "przybylskaaaa@example.com", "M-90345")
_TEXT = "The token of {0} shows a red light at home. It is about {1}, write to {2} or look up {3} please."
_COMMON = "red light on the token at home"
_PROBES = [
    *_SECRET,
    *(word.lower() for word in _SECRET),
    *(f"{_COMMON} {word}" for word in _SECRET),
    "wojciechowskiej endometriosis",
    "wojciech",
    "endometrio",
    "wojciechowksa endometriosys",
    f"{_SECRET[1]} token",
    f"about {_SECRET[0]}",
    f"{_SECRET[0]} {_SECRET[1]}\n{_COMMON}",
    _COMMON,
    "ciechowska metriosis 77120",
]


@pytest.fixture
def token(app: Flask, cast: Cast) -> int:
    """An article, others that have the words of everyday, and an incident of Olek's that the article solved."""
    article = publish(
        app, "sign-in-device", "Renew your sign-in device", "Hold both buttons for ten seconds."
    )
    publish(
        app,
        "lamps",
        "Which lamps shine in red at home",
        "A light shows a token of what is on. Write or look.",
    )
    publish(app, "chairs", "Order a chair")
    number = file(app, cast.olek, _TEXT.format(*_SECRET), category="email")
    resolve(app, number, article, by=cast.anna)
    write_index(app)
    return number


def _answers(app: Flask, client: FlaskClient) -> Iterator[tuple[str, object]]:
    """Yield all that can be heard about each probe: list, order, scores, reasons, category, what the search page shows."""
    for number, probe in enumerate(_PROBES):
        heard = client.get("/api/v1/suggestions", query_string={"text": probe, "limit": 10}).get_json()
        yield f"api {probe}", (heard["state"], heard["suggestions"])
        visit = f"a-visit-to-the-form-{number}"
        yield (
            f"form {probe}",
            client.get("/incidents/suggestions", query_string={"text": probe, "session": visit}).text.replace(
                visit, ""
            ),
        )
        page = client.get("/search", query_string={"q": probe}).text
        yield f"search {probe}", re.findall(r'href="(/articles/[^"]+|/search[^"]+)"', page)
        client.post("/incidents/new", data={"text": probe, "session": visit, "step": "details"})
        page = client.get("/incidents/new/details").text
        yield (
            f"category {probe}",
            re.findall(r'<option[^>]* selected[^>]*>|<input[^>]*name="category_id"[^>]*checked', page),
        )


def test_no_answer_depends_on_a_word_that_only_a_colleague_wrote(app: Flask, cast: Cast, token: int) -> None:
    app_client = sign_in(app, cast.ewa)
    with_secret = dict(_answers(app, app_client))
    with app.app_context():
        incident = db.session.get_one(Incident, token)
        incident.title = incident.title.replace(_SECRET[0], _OTHER[0])
        incident.text = _TEXT.format(*_OTHER)
        db.session.commit()
    write_index(app)
    without = dict(_answers(app, app_client))
    assert {
        probe: (with_secret[probe], without[probe])
        for probe in without
        if with_secret[probe] != without[probe]
    } == {}
    assert any("sign-in-device" in str(with_secret[f"api {probe}"]) for probe in (_COMMON,)), (
        "The incident does teach."
    )


def test_one_incident_lifts_its_article_for_the_words_of_everyday(
    app: Flask, employee: FlaskClient, token: int
) -> None:
    (first, *_) = [
        item
        for item in employee.get("/api/v1/suggestions", query_string={"text": _COMMON}).get_json()[
            "suggestions"
        ]
        if item["url"] == "/articles/sign-in-device"
    ]
    assert first["reason"] == "helped with similar problems"


def test_people_are_counted_from_three_on_and_each_once(
    app: Flask, cast: Cast, employee: FlaskClient, token: int
) -> None:
    def reason() -> str:
        answer = employee.get("/api/v1/suggestions", query_string={"text": _COMMON}).get_json()
        found = {item["url"]: item["reason"] for item in answer["suggestions"]}
        return str(found["/articles/sign-in-device"])

    article = publish(app, "other", "Nothing of the kind")
    assert article
    for person, expected in (
        (cast.olek, "helped with similar problems"),
        (cast.nina, "helped with similar problems"),
        (cast.hanna, "helped 3 colleagues with a similar problem"),
    ):
        number = file(app, person, f"A {_COMMON}", category="email")
        resolve(app, number, _article_of(app, token), by=cast.anna)
        write_index(app)
        assert reason() == expected


def _article_of(app: Flask, number: int) -> int:
    with app.app_context():
        return next(text.article_ids[0] for text in jobs.SOURCES.incidents([number]))


@pytest.mark.parametrize("what", ["moved to a team that keeps to itself", "unlinked", "reopened"])
def test_what_may_teach_no_more_stops_at_the_next_question_though_the_index_stands_still(
    app: Flask, cast: Cast, employee: FlaskClient, token: int, what: str
) -> None:
    assert "sign-in-device" in employee.get("/api/v1/suggestions", query_string={"text": _COMMON}).text
    _change(app, cast, token, what)
    assert "sign-in-device" not in employee.get("/api/v1/suggestions", query_string={"text": _COMMON}).text


def _change(app: Flask, cast: Cast, number: int, what: str) -> None:
    if what == "reopened":
        answer = sign_in(app, cast.olek).post(
            f"/incidents/{number}/answer", data={"text": "It is back.", "then": "reopen"}
        )
        assert answer.status_code == 303
        return
    article = _article_of(app, number)
    with app.app_context():
        incident, anna = db.session.get_one(Incident, number), db.session.get_one(Person, cast.anna)
        if what == "unlinked":
            resolving.remove_article(incident, article, anna)
        else:
            hr = db.session.scalars(select(Team.id).where(Team.key == "hr")).one()
            work.move_to_team(incident, work.Move(hr), anna)
        db.session.commit()


def _publish_names(editor: FlaskClient) -> str:
    """Publish an article of nothing but the words that somebody would like to ask for; return its address."""
    body = "Who is who: " + " ".join((*_SECRET, *_OTHER))
    form = {"title": "Words", "summary": "", "body": body, "audience": "everyone", "language": "en"}
    saved = editor.post("/articles/new", data={**form, "publish": "1"})
    assert saved.status_code == 303
    return saved.headers["Location"]


def test_who_reads_no_incident_opens_no_word_by_an_article(
    app: Flask, cast: Cast, token: int, editor: FlaskClient
) -> None:
    _publish_names(editor)
    write_index(app)
    with_secret = dict(_answers(app, editor))
    with app.app_context():
        incident = db.session.get_one(Incident, token)
        incident.title = incident.title.replace(_SECRET[0], _OTHER[0])
        incident.text = _TEXT.format(*_OTHER)
        db.session.commit()
    write_index(app)
    assert dict(_answers(app, editor)) == with_secret


def test_an_article_opens_its_words_when_somebody_verified_it_who_reads_incidents_anyway(
    app: Flask, token: int, editor: FlaskClient, admin: FlaskClient, employee: FlaskClient
) -> None:
    def is_found() -> bool:
        found = employee.get("/api/v1/suggestions", query_string={"text": f"{_SECRET[0]} {_SECRET[1]}"})
        return any(item["url"] == "/articles/sign-in-device" for item in found.get_json()["suggestions"])

    address = _publish_names(editor)
    write_index(app)
    assert not is_found()
    assert admin.post(f"{address}/verify").status_code == 303
    write_index(app)
    assert is_found()
