"""What only looks like a mark is shown as it was written: a warning, a key, a path keep all their words."""

import pytest

from servicedesk.knowledge.rendering import Rendered, render


def _render(body: str) -> Rendered:
    return render(body, slug="here", language="en", files={"screen.png": 7})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("!!! Never share your password", "Never share your password"),
        ("!!! Nie wyłączaj serwera\n    Bez zgody.", "Nie wyłączaj serwera\nBez zgody."),
        ("- !!! Never do it", "Never do it"),
        ("??? Never do it", "Never do it"),
        ('!!! Never press "OK"', 'Never press "OK"'),
        ('!!! Never "share" it', 'Never "share" it'),
        ('=== Never "share it"', '=== Never "share it"'),
        ("!!! Missing cables are no fault", "Missing cables are no fault"),
        ("!!! missing cables", "missing cables"),
        ("!!! Important people wait", "Important people wait"),
        ("!!! IMPORTANT !!!", "Important"),
        ("!!!! Wait", "!!!! Wait"),
        ("::: Never share it", "Never share it"),
        (":::Never share it\nx\n:::", "Never share it\nx"),
        ("::: Tab to the next field", "Tab to the next field"),
        ("::: steps to take\nx\n:::", "steps to take\nx"),
        ("> [!nie] wyłączaj\n> serwera", "nie wyłączaj\nserwera"),
        ("> [!never]- share\n> it", "never share\nit"),
    ],
)
def test_a_sentence_behind_the_mark_of_a_box_keeps_its_first_word(body: str, words: str) -> None:
    assert _render(body).plain_text == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("!!! note Title\n    x", "Title\nx"),
        ("!!! note inline end\n    x", "Note\nx"),
        ('!!! pied-piper "Pied Piper"\n    x', "Pied Piper\nx"),
        ('!!! tip "a "b" c"\n    x', 'a "b" c\nx'),
        (":::danger STOP\nx\n:::", "STOP\nx"),
        ("::: spoiler Click\nx\n:::", "Click\nx"),
        (":::tabs key:os\nx\n:::", "x"),
    ],
)
def test_a_kind_of_box_beside_its_title_is_not_shown(body: str, words: str) -> None:
    assert _render(body).plain_text == words
