"""The grammar of the search page, and what a search finds (security.md F2)."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicedesk
from servicedesk.search.grammar import MOST_TERMS, SearchQuery, parse
from tests.search.shelf import EVERYTHING, HASLO, PASSWORD, PRINTER, READABLE, VPN, article, reader, write


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("vpn token", SearchQuery(words=("vpn", "token"))),
        ('"sign in" page', SearchQuery(words=("page",), phrases=("sign in",))),
        ("vpn -home", SearchQuery(words=("vpn",), without=("home",))),
        (
            "tag:network LANG:pl vpn",
            SearchQuery(words=("vpn",), filters=(("tag", "network"), ("lang", "pl"))),
        ),
        ('category:"phones and tablets"', SearchQuery(filters=(("category", "phones and tablets"),))),
        ("body:secret aud:staff", SearchQuery(words=("body:secret", "aud:staff"))),
        ("x) OR (aud:staff", SearchQuery(words=("x)", "OR", "(aud:staff"))),
        ("Wi-Fi e-mail", SearchQuery(words=("Wi-Fi", "e-mail"))),
        ('say "hello', SearchQuery(words=("say", "hello"))),
        ('* ? [a TO j] - -- ""', SearchQuery(words=("[a", "TO", "j]"))),
    ],
)
def test_what_is_typed_is_understood_as(typed: str, understood: SearchQuery) -> None:
    assert parse(typed) == understood


@given(st.text(max_size=400))
def test_any_text_is_a_search_within_bounds(text: str) -> None:
    query = parse(text)
    pieces = (*query.words, *query.phrases, *query.without, *query.filters)
    assert len(pieces) <= MOST_TERMS
    assert all(word in text for word in query.words)


@given(text=st.text(alphabet=st.sampled_from('ab "-:*()[]tagvpn\\\x00'), max_size=300))
def test_what_killed_other_parsers_is_only_text(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("password", [PASSWORD]),
        ("haslo", [HASLO]),
        ('"sign-in page"', [PASSWORD]),
        ('"page sign in"', []),
        ("printer -offline", []),
        ("wifi", [PRINTER]),
        ("0x80070005", [VPN]),
        ("merger", []),
        ("-password", []),
        ("tag:network", []),
    ],
)
def test_a_search_finds(tmp_path: Path, typed: str, found: list[int]) -> None:
    write(tmp_path, incidents=[])
    result = reader(tmp_path).search(parse(typed), readable=READABLE, language="en")
    assert list(result.article_ids) == found


def test_most_words_must_be_there_but_not_all(tmp_path: Path) -> None:
    write(tmp_path, incidents=[])
    engine = reader(tmp_path)
    assert engine.search(
        parse("forgot password page dragon"), readable=READABLE, language="en"
    ).article_ids == (PASSWORD,)
    assert engine.search(parse("printer dragon"), readable=READABLE, language="en").article_ids == (PRINTER,)


def test_a_misspelt_word_is_corrected_and_said_so(tmp_path: Path) -> None:
    write(tmp_path, incidents=[])
    result = reader(tmp_path).search(parse("reset pasword"), readable=READABLE, language="en")
    assert (result.article_ids, result.correction) == ((PASSWORD,), "reset password")


def test_a_word_that_only_begins_like_others_is_corrected_unless_it_only_ends_otherwise(
    tmp_path: Path,
) -> None:
    write(tmp_path, [article(1, "Outlook does not start"), article(2, "The Outlander")], [])
    engine = reader(tmp_path)
    misspelt = engine.search(parse("outlok"), readable={1, 2}, language="en")
    assert (misspelt.correction, misspelt.article_ids) == ("outlook", (1,))
    inflected = engine.search(parse("outlooku"), readable={1, 2}, language="pl")
    assert (inflected.correction, inflected.article_ids) == (None, (1,))


def test_a_correction_shows_the_word_as_articles_write_it(tmp_path: Path) -> None:
    write(tmp_path, incidents=[])
    result = reader(tmp_path).search(parse("lgowania"), readable=READABLE, language="pl")
    assert result.correction == "logowania"


@pytest.mark.parametrize("typed", ["mergr", "merger", "Initec", "acquisitoin"])
def test_words_of_unreadable_articles_are_neither_known_nor_offered(tmp_path: Path, typed: str) -> None:
    write(tmp_path)
    engine = reader(tmp_path)
    assert engine.search(parse(typed), readable=EVERYTHING, language="en").article_ids
    hidden = engine.search(parse(typed), readable=READABLE, language="en")
    assert (hidden.article_ids, hidden.correction) == ((), None)


@pytest.mark.parametrize("typed", ["with", "KB503444", "abc"])
def test_stop_words_codes_and_short_words_are_not_corrected(tmp_path: Path, typed: str) -> None:
    write(tmp_path, incidents=[])
    assert reader(tmp_path).search(parse(typed), readable=READABLE, language="en").correction is None


def test_the_own_language_comes_first_and_pages_are_cut_from_the_whole(tmp_path: Path) -> None:
    shelf = [article(n, f"Outlook {n}", language="pl" if n % 2 else "en") for n in range(1, 9)]
    write(tmp_path, shelf, [])
    engine = reader(tmp_path)
    whole = engine.search(parse("outlook"), readable=range(1, 9), language="pl")
    assert [number % 2 for number in whole.article_ids] == [1] * 4 + [0] * 4
    page = engine.search(parse("outlook"), readable=range(1, 9), language="pl", page=slice(3, 6))
    assert tuple(hit.article_id for hit in page.hits) == whole.article_ids[3:6]
    assert page.article_ids == whole.article_ids


def test_the_query_language_of_the_index_is_not_used_at_all() -> None:
    """It would take `*` or a field's name from anybody."""
    modules = Path(servicedesk.__file__).parent.rglob("*.py")
    assert [path.name for path in modules if re.search("qparser|QueryParser", path.read_text("utf-8"))] == []
