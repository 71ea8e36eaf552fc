"""Addresses in what people write: where one begins and ends, in every way in which people set one apart."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.incidents.message_text import parts
from tests.factories import Cast
from tests.incidents.library import file

_A = "https://wiki.example.com"


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (f"see {_A}/Pump_(hall_2) please", [f"{_A}/Pump_(hall_2)"]),
        (f"({_A}/list?x=[2])", [f"{_A}/list?x=[2]"]),
        (f"(see {_A}/a_(b)_(c(d)).)", [f"{_A}/a_(b)_(c(d))"]),
        (f"[door]({_A}/door), [next]({_A}/next)", [f"{_A}/door", f"{_A}/next"]),
        (f"({_A}/a),({_A}/b)", [f"{_A}/a", f"{_A}/b"]),
        (f"{{{_A}/{{id}}}}", [f"{_A}/{{id}}"]),
        (f"（{_A}/全角（一））", [f"{_A}/全角（一）"]),
        (f"【{_A}/a】", [f"{_A}/a"]),
        (f"{_A}/open( and", [f"{_A}/open"]),
        (f"„{_A}/q”", [f"{_A}/q"]),
        (f"«{_A}/q» “{_A}/r” ‘{_A}/s’ ‚{_A}/t‘ ‹{_A}/u›", [f"{_A}/{end}" for end in "qrstu"]),
        (f"{_A}/long… and more", [f"{_A}/long"]),
        (f'"{_A}/a" <{_A}/b>', [f"{_A}/a", f"{_A}/b"]),
        (f"{_A}/a. {_A}/b, {_A}/c; {_A}/d: {_A}/e! {_A}/f? {_A}/g?!.", [f"{_A}/{end}" for end in "abcdefg"]),
        (f"{_A}/a?b=1&c=d,e.f", [f"{_A}/a?b=1&c=d,e.f"]),
        ("http://żółw.example.com/ścieżka?ą=ę", ["http://żółw.example.com/ścieżka?ą=ę"]),
        ("http://printer:8080/status.", ["http://printer:8080/status"]),
        ("[http://[2001:db8::1]:8080/x]", ["http://[2001:db8::1]:8080/x"]),
        ("HTTPS://Example.COM/A", ["HTTPS://Example.COM/A"]),
        ("(mailto:anna.lis@example.com)", ["mailto:anna.lis@example.com"]),
        ("call tel:+48-22-123-45-67, please; the hotel:5", ["tel:+48-22-123-45-67"]),
        (f"**{_A}/a** *{_A}/b* _{_A}/c_ ~~{_A}/d~~ `{_A}/e`", [f"{_A}/{end}" for end in "abcde"]),
        (f"|{_A}/a|{_A}/b| {_A}/c,{_A}/d;{_A}/e", [f"{_A}/{end}" for end in "abcde"]),
        (f"{_A}/go?to={_A}/x,y", [f"{_A}/go?to={_A}/x,y"]),
        ("call tel:+48 22 123 45 67, or tel:22 123-45-67.", ["tel:+48221234567", "tel:22123-45-67"]),
        ("tel:+48 22 123 45 67 until 2026-12-24", ["tel:+48221234567"]),
        ("tel:112 on 3 floors", ["tel:112"]),
        ("(www.example.com/x) and WWW.Example.com.", ["http://www.example.com/x", "http://WWW.Example.com"]),
        (
            "Mail anna@example.com, or <o'hara+desk@mail.example.co.uk>.",
            ["mailto:anna@example.com", "mailto:hara+desk@mail.example.co.uk"],
        ),
        ("www. www.x anna@ @anna anna@host a.www.example.com", []),
        ("javascript:alert(1) data:text/html,x ftp://x https:// http://) mailto:nobody tel:none", []),
    ],
)
def test_an_address_ends_where_a_reader_sees_its_end(text: str, addresses: list[str]) -> None:
    pieces = parts(text)
    assert [piece.target for piece in pieces if piece.kind == "address"] == addresses
    assert "".join(piece.text for piece in pieces) == text


def test_an_address_that_is_too_long_is_shown_as_words_and_whole() -> None:
    text = f"{_A}/{'a' * 3000} {_A}/b"
    assert [(piece.kind, len(piece.text)) for piece in parts(text)] == [("words", 3026), ("address", 26)]


@pytest.mark.parametrize(
    "piece",
    [
        "www.a.",
        "a@a.",
        "a.",
        "tel:1 22",
        "https://a,",
        "https://a)",
        "https://a(",
        "https://",
        "(",
        ")",
        "tel:1)",
        "mailto:",
        "a@",
        "[(",
    ],
)
def test_a_long_text_of_marks_is_read_whole(piece: str) -> None:
    """In proportion to its length: otherwise this test would take hours."""
    text = piece * (500_000 // len(piece))
    assert "".join(part.text for part in parts(text)) == text


def test_the_link_on_the_page_leads_where_it_says(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    number = file(app, cast.ewa, f"Look at {_A}/Pump_(hall_2), „{_A}/q” and (tel:+48221234567)")
    page = employee.get(f"/incidents/{number}").text
    for address in (f"{_A}/Pump_(hall_2)", f"{_A}/q", "tel:+48221234567"):
        assert f'<a href="{address}" rel="noopener noreferrer nofollow" target="_blank">{address}</a>' in page
