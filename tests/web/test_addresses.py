"""Where a form may lead next (security.md X15)."""

import pytest
from flask import Flask

from servicedesk.web.addresses import local_path


@pytest.mark.parametrize(
    "wanted", ["/", "/profile", "/profile?x=//evil.example", "/articles#top", "/search?q=ż"]
)
def test_our_own_pages_are_led_to(app: Flask, wanted: str) -> None:
    with app.test_request_context():
        assert local_path(wanted, default_endpoint="people.profile") == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "profile",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/profile\r\nSet-Cookie: a=b",
        "/profile\x00",
        "/profile\x7f",
        "http://evil.example/profile",
        "http:/profile",
        "javascript:alert(1)",
        "data:text/html,x",
        "@evil.example",
        "/@evil.example",
        "/logout",
        "/login",
        "/static/css/theme.css",
        "/no-such-page",
        " /profile",
        "/profile" + "?a=" + "b" * 3000,
    ],
)
def test_everything_else_leads_to_the_default_page(app: Flask, wanted: str | None) -> None:
    with app.test_request_context():
        assert local_path(wanted, default_endpoint="people.profile") == "/profile"
