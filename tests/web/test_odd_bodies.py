"""Bodies that no page of ours sends: refused calmly on every route, whoever sends them, and forms take forms alone."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from servicedesk.incidents.models import Message
from tests.factories import Cast, sign_in
from tests.incidents.library import file, publish
from tests.web.test_csrf import token_of

FORM, JSON, PARTS = "application/x-www-form-urlencoded", "application/json", "multipart/form-data"
_SAID = b"The words that somebody typed, long enough to be kept"


def part(name: bytes, value: bytes = _SAID, more: bytes = b"") -> bytes:
    """Return one part of a multipart form."""
    return (
        b'--b\r\nContent-Disposition: form-data; name="' + name + b'"' + more + b"\r\n\r\n" + value + b"\r\n"
    )


def parts(*all_: bytes) -> bytes:
    """Return a multipart form with the boundary "b"."""
    return b"".join(all_) + b"--b--\r\n"


_B = f"{PARTS}; boundary=b"
_FILE = b'; filename="a.txt"\r\nContent-Type: text/plain'
BODIES: dict[str, tuple[str | None, bytes]] = {
    **{
        f"json {name}": (JSON, body)
        for name, body in {
            "numbers": b'{"username": 5, "password": 7, "text": 1}',
            "list": b"[1, 2]",
            "text": b'"x"',
            "null": b"null",
            "lists in it": b'{"text": [1, {"a": 2}], "file_ids": {"a": []}, "note": null}',
            "deep": b"[" * 5000 + b"]" * 5000,
            "not a number": b'{"text": NaN, "note": Infinity}',
            "huge number": b'{"text": ' + b"9" * 6000 + b"}",
            "same name twice": b'{"text": "a", "text": "b"}',
            "byte order mark": b'\xef\xbb\xbf{"text": "a"}',
            "not utf-8": b'{"text": "\xff\xfe"}',
            "lone surrogate": b'{"text": "\\ud800", "\\udfff": 1}',
            "nul": b'{"text": "a\\u0000b"}',
            "cut off": b'{"text": "a',
            "nothing": b"",
        }.items()
    },
    "no type": (None, b"text=a"),
    "plain text": ("text/plain", b"text=a"),
    "xml": ("application/xml", b"<text/>"),
    "bytes": ("application/octet-stream", bytes(range(256))),
    "odd type": ("x" * 3000, b"text=a"),
    "form not utf-8": (FORM, b"text=%ff%fe&note=%ed%a0%80&%ff=1&username=%c3"),
    "form nul": (FORM, b"text=a%00b&key=%00&%00=%00&username=%00"),
    "form charset": (f"{FORM}; charset=utf-7", b"text=+AGE-"),
    "form signs": (FORM, b"&&&=&=a&text&text=%&text=%zz;a=b"),
    "form twice": (FORM, b"text=a&text=b&seen=1&seen=x&version=1&version=2&key=a&key=b"),
    "form of json": (FORM, b'{"text": "a"}'),
    "form huge numbers": (
        FORM,
        b"seen=" + b"9" * 6000 + b"&version=999999999999&file_ids=999999999999&remove_file=888888888888888&text=a"
        b"&file_ids=4294967296&category_id=9999999999&assignee_id=2147483648&team_id=-1&impact=1e9&urgency=NaN",
    ),
    "form huge number of a file": (FORM, b"text=a&file_ids=99999999999999&seen=0&note=a"),
    "form surrogates": (FORM, "text=\U0010ffff\ufffe".encode()),
    "parts without boundary": (PARTS, parts(part(b"text"))),
    "parts with an odd boundary": (f"{PARTS}; boundary=\u00e9\u00ff", parts(part(b"text"))),
    "parts with another boundary": (f"{PARTS}; boundary=zzz", parts(part(b"text"))),
    "parts without end": (_B, part(b"text")),
    "parts cut in a header": (_B, b"--b\r\nContent-Dispo"),
    "parts without a name": (_B, parts(b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n")),
    "parts without a header": (_B, parts(b"--b\r\n\r\nx\r\n")),
    "parts with an odd header": (_B, parts(b"--b\r\nContent-Disposition\r\n\r\nx\r\n")),
    "parts with a charset": (_B, parts(part(b"text", b"a\xff", b"\r\nContent-Type: text/plain; charset=utf-16"))),
    "parts not utf-8": (_B, parts(part(b"text", b"\xff\xfe"), part(b"\xff"))),
    "parts, thousands": (_B, parts(*(part(b"text", b"a") for _ in range(3000)))),
    "files for texts": (
        _B,
        parts(*(part(name, _SAID, _FILE) for name in (b"text", b"note", b"username", b"key", b"title", b"seen"))),
    ),
    "texts for files": (_B, parts(part(b"files", b"x"), part(b"file", b"x"), part(b"text"), part(b"title", b"a"))),
    "file with an odd name": (_B, parts(part(b"files", b"x", b'; filename="../\xff\\a:b*?.txt"'), part(b"text"))),
    "file of nothing": (_B, parts(part(b"files", b"", b'; filename=""'), part(b"text"))),
}  # fmt: skip
_CALM = {200, 201, 204, 302, 303, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503}
# What is left out for one is tried by another who reaches the same pages.
_SHARE = {"nobody": 1, "ewa": 3, "anna": 1, "edyta": 1, "adam": 3}


def send(client: FlaskClient, path: str, body: tuple[str | None, bytes], **more: Any) -> int:
    """Post a body; return the status."""
    return client.post(path, data=body[1], content_type=body[0], **more).status_code


# What is refused for its type never comes as far as the database.
@pytest.mark.parametrize("kind", [pytest.param("json", marks=pytest.mark.one_database), "other"])
@pytest.mark.parametrize("who", _SHARE)
def test_no_body_breaks_a_page(app: Flask, cast: Cast, who: str, kind: str) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    publish(app, "printer-jams", "A printer jams")
    given = {
        "incident_id": number,
        "slug": "printer-jams",
        "problem_id": 1,
        "article_id": 1,
        "public_id": "none",
    }
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    client = app.test_client() if who == "nobody" else sign_in(app, getattr(cast, who))
    wrong = {}
    bodies = [(name, body) for name, body in BODIES.items() if name.startswith("json") == (kind == "json")]
    with app.test_request_context():
        paths = {
            (rule.build({name: given.get(name, 1) for name in rule.arguments}) or ("", ""))[1]
            for rule in rules
        }
    # Ending a session would leave the rest to nobody.
    for path in sorted(paths - {"/logout"}):
        for name, body in bodies[:: _SHARE[who]]:
            status = send(client, path, body)
            if status not in _CALM or (
                kind == "json" and body[1] and path != "/csp-reports" and status != 415
            ):
                wrong[f"{path} {name}"] = status
    assert wrong == {}


@pytest.mark.parametrize("body", ['{"text": "a"}', "[1, 2]", '"x"', '{"text": "x", "is_from_desk": true}'])
def test_a_form_that_comes_as_json_is_refused_and_says_what_is_taken(
    csrf_app: Flask,
    cast: Cast,
    body: str,
) -> None:
    number, client = (
        file(csrf_app, cast.ewa, "The printer jams", category="email"),
        sign_in(csrf_app, cast.ewa),
    )
    token = token_of(client)
    sent = client.post(
        f"/incidents/{number}/answer", data=body, content_type=JSON, headers={"X-CSRFToken": token}
    )
    assert sent.status_code == 415
    assert "application/x-www-form-urlencoded or multipart/form-data" in sent.text
    with csrf_app.app_context():
        assert db.session.query(Message).count() == 0


def test_the_log_in_takes_no_json_from_strangers(client: FlaskClient) -> None:
    for body in ({"username": 5, "password": 7}, [1, 2], "x"):
        assert client.post("/login", json=body).status_code == 415


def test_a_body_of_nothing_is_no_other_type(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    for kind in (JSON, PARTS, "text/plain", FORM):
        assert employee.post("/incidents/draft/discard", data=b"", content_type=kind).status_code == 303, kind
    assert employee.post(f"/incidents/{number}/close").status_code == 303


def test_a_text_that_comes_as_a_file_is_refused_and_no_file_becomes_a_text(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    assert send(employee, f"/incidents/{number}/answer", BODIES["files for texts"]) == 422
    assert send(employee, f"/incidents/{number}/answer", BODIES["texts for files"]) == 422
    with app.app_context():
        assert db.session.query(Message).count() == 0


def test_what_was_typed_is_given_back_when_the_form_is_refused(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    kind, body = BODIES["texts for files"]
    assert _SAID.decode() in employee.post(f"/incidents/{number}/answer", data=body, content_type=kind).text


def test_a_report_of_a_browser_may_be_anything(client: FlaskClient) -> None:
    for kind, body in BODIES.values():
        assert send(client, "/csp-reports", (kind, body)) in (204, 400, 413, 422)
    report = json.dumps([{"body": {"documentURL": ["x"], "lineNumber": 10**400, "blockedURL": float("nan")}}])
    assert send(client, "/csp-reports", ("application/reports+json", report.encode())) == 204
