"""Addresses without marks are links in articles as in messages: the signs that people set round them are no part of them."""

import re

import pytest

from servicedesk.incidents.message_text import parts
from servicedesk.knowledge.rendering import render

_A = "https://intranet.example.com"
_QUOTED = [
    "„{}”", "„{}“", "“{}”", "”{}”", "»{}«", "«{}»", "‹{}›", "‚{}’", "‘{}’", '"{}"', "'{}'", "„Zobacz {}”", "「{}」", "『{}』",
    "({})", "[{}]", "{{{}}}", "（{}）", "【{}】", "〈{}〉", "–{}–", "adres:{}.", "{}… i dalej", "({}).", "„{}”,", "「{}。」",
]  # fmt: skip


def _links(body: str) -> list[tuple[str, str]]:
    page = render(body, slug="here", language="pl", files={}).html
    return re.findall(r'<a href="([^"#]*)"[^>]*>([^<]*)</a>', page)


@pytest.mark.parametrize("around", _QUOTED)
def test_quotation_marks_and_brackets_are_no_part_of_an_address(around: str) -> None:
    for address in (f"{_A}/vpn", f"{_A}/vpn_(hala_2)?a=[1]", "HTTPS://Intranet.example.com"):
        text = around.format(address)
        assert _links(f"- {text}") == [(address, address)]
        assert [part.target for part in parts(text) if part.kind == "address"] == [address]


@pytest.mark.parametrize("around", ["„{}”", "«{}»", "‚{}’", "「{}」", "[{}]", "„Zobacz {}”", "{}…", "*{}*"])
def test_so_are_those_without_a_scheme_and_of_mail(around: str) -> None:
    for address, before in (
        ("www.example.com/x", "http://"),
        ("Www.example.com", "http://"),
        ("jan.nowak@example.com", "mailto:"),
        ("jan_nowak_2@example.com", "mailto:"),
        ("żaneta+it@example.com", "mailto:"),
    ):
        text = around.format(address)
        assert _links(text) == [(f"{before}{address}", address)]
        assert [part.target for part in parts(text) if part.kind == "address"] == [f"{before}{address}"]


@pytest.mark.parametrize(
    ("body", "addresses"),
    [
        (f"**{_A}/a** __{_A}/b__ *{_A}/_c_/d*", [f"{_A}/a", f"{_A}/b", f"{_A}/_c_/d"]),
        (f"~~{_A}/a~~ =={_A}/b==", [f"{_A}/a", f"{_A}/b"]),
        (f"&bdquo;{_A}/a?b=1&amp;c=2&rdquo; &quot;{_A}/d&quot; {_A}/e&nbsp;f", [f"{_A}/a?b=1&amp;c=2", f"{_A}/d", f"{_A}/e"]),
        (f"| „{_A}/a” |\n|---|\n| [{_A}/b] |", [f"{_A}/a", f"{_A}/b"]),
        (f"> «{_A}/a»\n\n{_A}/b\\\nc", [f"{_A}/a", f"{_A}/b"]),
        (f"x^[„{_A}/a”.]", [f"{_A}/a"]),
        (f"„{_A}/a”,„{_A}/b”;{_A}/c", [f"{_A}/a", f"{_A}/b", f"{_A}/c"]),
    ],
)  # fmt: skip
def test_an_address_ends_as_well_where_a_mark_of_markdown_does(body: str, addresses: list[str]) -> None:
    assert [address for address, _ in _links(body)] == addresses


@pytest.mark.parametrize(
    "body",
    ["`„https://a.test/x”`", "x=https://a.test", "git+https://a.test", "ssh://git@a.test/x", "a.b@c.test-", "https:// x"],
)  # fmt: skip
def test_what_is_code_or_a_part_of_something_longer_is_no_link(body: str) -> None:
    assert _links(body) == []


def test_words_of_a_link_hold_no_link_of_their_own() -> None:
    assert _links(f"[„{_A}/a”](https://b.test)") == [("https://b.test", f"„{_A}/a”")]
