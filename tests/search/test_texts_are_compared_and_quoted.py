"""Open incidents that read alike, and the passage of an article that matched."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.search.analysis import PLAIN
from servicedesk.search.passages import Segment, best_passage, highlight
from tests.search.shelf import reader, write


def test_reports_of_one_outage_are_more_alike_than_others(tmp_path: Path) -> None:
    write(tmp_path)
    others = [
        (1, "Outlook does not send mail since 9"),
        (2, "mail is down for all of us"),
        (3, "new laptop needed"),
    ]
    found = reader(tmp_path).alike("mail down, cannot send", others, language="en")
    assert {number for number, _ in found} == {1, 2}
    assert all(0 < likeness <= 1 for _, likeness in found)


def test_the_same_text_is_as_alike_as_can_be(tmp_path: Path) -> None:
    found = reader(tmp_path / "no index").alike("mail is down", [(1, "mail is down")], language="en")
    assert [number for number, _ in found] == [1]
    assert found[0][1] == pytest.approx(1.0)
    assert reader(tmp_path).alike("mail", [], language="pl") == []
    assert reader(tmp_path).alike("", [(1, "mail"), (2, "")], language="xx") == []


def test_matching_words_are_marked_in_all_their_forms() -> None:
    assert highlight("printers", "The Printer prints", language="en", analyser=PLAIN) == [
        Segment("The ", False),
        Segment("Printer", True),
        Segment(" prints", False),
    ]


def test_the_passage_with_most_of_the_words_is_quoted() -> None:
    body = (
        "The desk is open all day. " * 30
        + "If the token expired, renew the VPN certificate. "
        + "More words. " * 40
    )
    segments = best_passage("vpn token expired", body, language="en", analyser=PLAIN, length=120)
    text = "".join(segment.text for segment in segments)
    assert "token expired" in text
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert len(text) < 140
    assert [segment.text for segment in segments if segment.is_match] == ["token", "expired", "VPN"]


def test_without_a_match_the_beginning_is_quoted() -> None:
    segments = best_passage("dragon", "First things first. " * 30, language="en", analyser=PLAIN, length=40)
    assert segments[0] == Segment("First things first. First things first.", False)


@given(query=st.text(max_size=60), text=st.text(max_size=400), language=st.sampled_from(["en", "pl", "de"]))
def test_marking_never_changes_the_text(query: str, text: str, language: str) -> None:
    assert "".join(s.text for s in highlight(query, text, language=language, analyser=PLAIN)) == text
    quoted = "".join(s.text for s in best_passage(query, text, language=language, analyser=PLAIN, length=50))
    assert quoted.removeprefix("… ").removesuffix(" …") in text
