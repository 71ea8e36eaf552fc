"""Security headers on every response: all routes, all kinds of answers, scored like Observatory does (security.md, "Headers")."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.web.conftest import HTTPS, sign_in_with_https
from tests.web.observatory import policy, score


def path_of(app: Flask, rule: Rule) -> str:
    """Return an address of the route; what stands in for its values need not exist."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        converter = type(rule._converters[name]).__name__
        values[name] = 1 if converter == "RowNumber" else "something"
    with app.test_request_context(base_url=HTTPS):
        _domain, path = rule.build(values) or ("", "")
    return path


def answers(app: Flask, client: FlaskClient) -> list[tuple[str, TestResponse]]:
    """Ask every route with every method."""
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            path = path_of(app, rule)
            found.append((f"{method} {path}", client.open(path, method=method, base_url=HTTPS)))
    return found


@pytest.mark.parametrize("name", ["nobody", "ewa", "adam"])
def test_every_route_is_at_least_a_plus(https_app: Flask, name: str) -> None:
    plain = https_app.test_client().get("/login", base_url="http://help.example.com")
    redirects = plain.status_code == 308 and plain.location == "https://help.example.com/login"
    client = https_app.test_client() if name == "nobody" else sign_in_with_https(https_app, name)
    scored = {
        what: score(answer.headers, redirects_to_https=redirects)
        for what, answer in answers(https_app, client)
    }
    assert len(scored) > 20
    assert {what: points for what, points in scored.items() if points < 100} == {}
    assert min(scored.values()) >= 130


def test_the_scorer_sees_what_is_missing(https_app: Flask) -> None:
    headers = https_app.test_client().get("/login", base_url=HTTPS).headers
    best = score(headers, redirects_to_https=True)
    for name in (
        "Content-Security-Policy",
        "Strict-Transport-Security",
        "X-Content-Type-Options",
        "Referrer-Policy",
    ):
        worse = headers.copy()
        worse.remove(name)
        assert score(worse, redirects_to_https=True) < best, name
    assert score(headers, redirects_to_https=False) < best
    worse = headers.copy()
    worse.add("Set-Cookie", "a=b; Path=/")
    assert score(worse, redirects_to_https=True) <= 60


def test_nothing_made_for_a_person_is_kept_by_a_cache(https_app: Flask) -> None:
    client = sign_in_with_https(https_app, "ewa")
    kept = {}
    for what, answer in answers(https_app, client):
        if answer.headers.get("Cache-Control") != "no-store" and "/static/" not in what:
            kept[what] = answer.headers.get("Cache-Control")
    assert kept == {}


@pytest.mark.parametrize(
    ("path", "is_kept"),
    [
        ("/static/css/theme.css?v=1", True),
        ("/static/css/theme.css", False),
        ("/static/css/no-such-file.css?v=1", False),
    ],
)
def test_files_whose_address_changes_with_them_are_kept_for_a_year(
    client: FlaskClient, path: str, *, is_kept: bool
) -> None:
    with client.get(path) as answer:
        assert ("immutable" in answer.headers.get("Cache-Control", "")) == is_kept


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(client: FlaskClient) -> None:
    """No nonce that a cache could repeat, no foreign image (security.md X11, X21)."""
    csp = policy(client.get("/login").headers)
    assert csp.pop("report-to") == ["csp"]
    assert csp["default-src"] == ["'none'"]
    assert {word for words in csp.values() for word in words} == {"'none'", "'self'"}


def test_plain_http_on_loopback_has_all_headers_but_the_one_for_https(client: FlaskClient) -> None:
    headers = client.get("/login").headers
    assert "Strict-Transport-Security" not in headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"


@pytest.mark.parametrize("path", ["/", "/login?next=/profile", "//evil.example/x", "/a?b=c"])
def test_plain_http_is_sent_to_https_on_our_own_host(https_app: Flask, path: str) -> None:
    answer = https_app.test_client().get(path, base_url="http://help.example.com")
    assert answer.status_code == 308
    assert answer.location.startswith("https://help.example.com/")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_may_come_by_plain_http(https_app: Flask, path: str) -> None:
    assert https_app.test_client().get(path, base_url="http://help.example.com").status_code in (200, 503)
