"""What is suggested for a text, and why."""

from pathlib import Path

import numpy as np
import pytest

from servicedesk.search.engine import SearchUnavailableError
from servicedesk.search.weights import Weights
from tests.search.shelf import (
    ARTICLES,
    EVERYTHING,
    HASLO,
    PASSWORD,
    PRINTER,
    READABLE,
    SECRET,
    VPN,
    article,
    incident,
    reader,
    write,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I forgot my password", PASSWORD),
        ("vpn says 0x80070005", VPN),
        ("wifi of the printr", PRINTER),
        ("nie pamiętam hasla", HASLO),
    ],
)
def test_the_article_that_says_it_comes_first(tmp_path: Path, text: str, expected: int) -> None:
    write(tmp_path)
    assert reader(tmp_path).suggest(text, readable=READABLE, language="en").hits[0].article_id == expected


def test_an_article_is_found_by_words_that_only_incidents_used(tmp_path: Path) -> None:
    write(tmp_path)
    hit = (
        reader(tmp_path)
        .suggest("account locked out since the weekend", readable=READABLE, language="en")
        .hits[0]
    )
    assert (hit.article_id, hit.similar_incidents, hit.signals["text"]) == (PASSWORD, 3, 0.0)


def test_one_common_word_of_a_short_question_is_no_likeness(tmp_path: Path) -> None:
    articles = [article(1, "Sound in calls"), article(2, "Monitor stays black"), article(3, "Order a chair")]
    articles.append(article(9, "Words of everyday", "What comes out of a big screen."))
    others = [incident(number, f"Chair {number} squeaks", [3]) for number in range(2, 12)]
    said = "I sit in the call, and all colleagues on the floor hear my customer instead of me."
    write(tmp_path, articles, [incident(1, "Sound comes out of the big screen", [1], body=said), *others])
    engine = reader(tmp_path)
    hits = engine.suggest("screen is black", readable={1, 2, 3}, language="en").hits
    assert (hits[0].article_id, hits[-1].similar_incidents) == (2, 0)
    hits = engine.suggest("sound on the big screen", readable={1, 2, 3}, language="en").hits
    assert (hits[0].article_id, hits[0].similar_incidents) == (1, 1)
    assert engine.suggest("screen", readable={1, 2, 3}, language="en").hits[0].article_id == 1


def test_one_incident_that_shares_a_rare_word_is_no_evidence_against_a_title(tmp_path: Path) -> None:
    articles = [
        article(1, "A lost or stolen laptop"),
        article(2, "Recovery key"),
        article(3, "Order a chair"),
        article(9, "Words of everyday", "On the train, a blue page."),
    ]
    others = [incident(number, f"Chair {number} squeaks", [3]) for number in range(2, 12)]
    said = (
        "It updated itself and now shows a blue page with the number of a key. I have to be in court at ten."
    )
    write(tmp_path, articles, [incident(1, "Blue page on the train", [2], body=said), *others])
    engine = reader(tmp_path)
    hits = engine.suggest("my laptop was stolen on the train", readable={1, 2, 3}, language="en").hits
    assert hits[0].article_id == 1
    # One that reads alike is enough to teach.
    hits = engine.suggest("the train laptop has a blue page", readable={1, 2, 3}, language="en").hits
    assert hits[0].article_id == 2


def test_a_hit_says_which_typed_words_matched(tmp_path: Path) -> None:
    write(tmp_path)
    ranking = reader(tmp_path).suggest("My Printers are OFFLINE today", readable=READABLE, language="en")
    assert ranking.hits[0].matched == ("Printers", "OFFLINE")


def test_a_link_that_was_removed_stops_counting(tmp_path: Path) -> None:
    writer = write(tmp_path)
    engine = reader(tmp_path)
    assert engine.suggest("locked out", readable=READABLE, language="en").hits
    writer.apply(incidents=[incident(number, "locked out, locked") for number in (1, 2, 5)])
    assert engine.suggest("locked out", readable=READABLE, language="en").hits == ()


def test_an_incident_that_may_no_longer_teach_is_forgotten(tmp_path: Path) -> None:
    writer = write(tmp_path)
    writer.apply(removed_incidents=[1, 2, 5])
    assert reader(tmp_path).suggest("locked out", readable=READABLE, language="en").hits == ()


def test_without_history_the_order_is_that_of_the_words(tmp_path: Path) -> None:
    write(tmp_path, incidents=[])
    ranking = reader(tmp_path).suggest("password of the printer", readable=READABLE, language="en")
    assert [hit.signals["text"] for hit in ranking.hits] == sorted(
        (hit.signals["text"] for hit in ranking.hits), reverse=True
    )
    assert all(hit.signals["neighbours"] == hit.signals["profile"] == 0 for hit in ranking.hits)


@pytest.mark.parametrize(
    "text", ["merger with initech", "what is happening with the takeover", "acquisition"]
)
def test_an_article_that_one_may_not_read_is_never_suggested(tmp_path: Path, text: str) -> None:
    write(tmp_path)
    engine = reader(tmp_path)
    assert SECRET in {hit.article_id for hit in engine.suggest(text, readable=EVERYTHING, language="en").hits}
    assert SECRET not in {
        hit.article_id for hit in engine.suggest(text, readable=READABLE, language="en").hits
    }


def test_an_unreadable_article_does_not_change_the_scores_of_the_others(tmp_path: Path) -> None:
    """The strongest signal is scaled to 1: were it the hidden article's, the others' scores would tell of it."""
    write(tmp_path, articles=[*ARTICLES, article(6, "password password", "password")], incidents=[])
    hit = reader(tmp_path).suggest("password", readable={PASSWORD}, language="en").hits[0]
    assert hit.signals["text"] == 1.0


def test_ids_may_come_as_an_array_and_may_be_unknown(tmp_path: Path) -> None:
    write(tmp_path)
    ranking = reader(tmp_path).suggest("password", readable=np.array([1, 99, 10**12]), language="en")
    assert [hit.article_id for hit in ranking.hits] == [PASSWORD]


@pytest.mark.parametrize("text", ["", "   ", "the", "???", "\x00", "a" * 70_000, "słowo " * 20_000])
def test_a_text_that_says_nothing_finds_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path)
    assert reader(tmp_path).suggest(text, readable=READABLE, language="en").hits == ()


def test_the_own_language_comes_first_when_both_match(tmp_path: Path) -> None:
    write(tmp_path, [article(1, "Outlook"), article(2, "Outlook", language="pl")], [])
    for language, expected in (("en", [1, 2]), ("pl", [2, 1])):
        hits = reader(tmp_path).suggest("outlook", readable={1, 2}, language=language).hits
        assert [hit.article_id for hit in hits] == expected


def test_a_ranking_can_be_replayed(tmp_path: Path) -> None:
    write(tmp_path)
    first, second = (reader(tmp_path).suggest("vpn", readable=READABLE, language="en") for _ in range(2))
    assert first == second
    assert first.generation == 1
    assert first.weights == Weights().as_mapping()


def test_categories_are_proposed_by_the_same_learning(tmp_path: Path) -> None:
    write(tmp_path)
    proposed = reader(tmp_path).propose_categories("my account is locked")
    assert [category for category, _ in proposed] == [7]
    assert sum(share for _, share in proposed) == pytest.approx(1.0)
    assert reader(tmp_path).propose_categories("xyzzy") == ()


def test_an_empty_index_answers_too(tmp_path: Path) -> None:
    write(tmp_path, [], [])
    assert reader(tmp_path).suggest("vpn", readable=READABLE, language="en").hits == ()
    assert reader(tmp_path).propose_categories("vpn") == ()


def test_no_index_is_one_error_that_callers_expect(tmp_path: Path) -> None:
    with pytest.raises(SearchUnavailableError):
        reader(tmp_path / "nowhere").suggest("vpn", readable=READABLE, language="en")


def test_an_equivalent_of_the_typed_word_is_found(tmp_path: Path) -> None:
    write(
        tmp_path,
        [article(1, "Logowanie jednokrotne", language="pl"), article(2, "Drukarka", language="pl")],
        [],
    )
    engine = reader(tmp_path)
    hits = engine.suggest("SSO nie działa", readable={1, 2}, language="pl").hits
    assert [(hit.article_id, hit.matched) for hit in hits] == [(1, ("SSO",))]
    engine.use_synonyms({"pl": [["maszyna", "drukarka"]]})
    assert engine.suggest("SSO", readable={1, 2}, language="pl").hits == ()
    assert engine.suggest("maszyna", readable={1, 2}, language="pl").hits[0].article_id == 2
