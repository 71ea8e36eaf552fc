"""From text to terms: codes, diacritics, compounds, languages, dictionaries."""

import os
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.search.analysis import PLAIN, Analyser, detect_language, tokens
from servicedesk.search.dictionaries import has_dictionaries
from servicedesk.search.languages import LANGUAGES, fold
from servicedesk.search.lexicon import LEXICON_SUFFIX, open_lexicons, write_lexicon
from servicedesk.search.writer import IndexWriter
from tests.search.shelf import KEY, article, reader, write


@pytest.mark.parametrize(
    ("text", "whole", "part"),
    [
        ("0x80070005", "en:0x80070005", "en:0x80070005"),
        ("KB5034441", "en:kb5034441", "en:kb5034441"),
        ("5.7.1", "en:5.7.1", "en:5"),
        ("AADSTS50076", "en:aadsts50076", "en:aadsts50076"),
        ("Wi-Fi", "en:wifi", "en:wi"),
        ("VPN", "en:vpn", "en:vpn"),
        (r"C:\Users\shared", "en:c:\\users\\shared", "en:user"),
        ("it@example.com", "en:it@example.com", "en:com"),
    ],
)
def test_what_people_paste_is_kept_whole_and_in_parts(text: str, whole: str, part: str) -> None:
    found = PLAIN.terms(text, "en")
    assert whole in found
    assert part in found


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Wi-Fi", "wifi", "en"),
        ("e-mail", "email", "en"),
        ("printers", "printer", "en"),
        ("hasło", "haslo", "pl"),
        ("ŁÓDŹ", "lodz", "pl"),
    ],
)
def test_two_spellings_of_one_thing_share_a_term(one: str, other: str, language: str) -> None:
    assert set(PLAIN.terms(one, language)) & set(PLAIN.terms(other, language))


@pytest.mark.parametrize(("text", "language"), [("the and is of", "en"), ("się nie że żeby", "pl")])
def test_stop_words_have_no_terms(text: str, language: str) -> None:
    assert PLAIN.terms(text, language) == []


def test_an_abbreviation_is_not_stemmed() -> None:
    assert "en:sas" in PLAIN.terms("SAS", "en")


def test_words_of_two_languages_are_different_terms() -> None:
    assert not set(PLAIN.terms("problem", "en")) & set(PLAIN.terms("problem", "pl"))


@pytest.mark.parametrize(
    ("text", "default", "expected"),
    [
        ("I cannot log in to my account", "pl", "en"),
        ("nie mogę się zalogować do konta", "en", "pl"),
        ("VPN", "pl", "pl"),
        ("Bonjour tout le monde", "fr", "en"),
    ],
)
def test_the_language_is_told_by_its_stop_words(text: str, default: str, expected: str) -> None:
    assert detect_language(text, default) == expected


def test_a_dictionary_leads_inflected_forms_to_one_term(tmp_path: Path) -> None:
    forms = [("drukarce", "drukarka"), ("drukarek", "drukarka"), ("psa", "pies"), ("drukarce", "inne")]
    write_lexicon(tmp_path / f"pl-1{LEXICON_SUFFIX}", forms)
    lexicons = open_lexicons(tmp_path)
    assert [lexicons["pl"].lemma(word) for word in ("drukarce", "psa", "kot")] == ["drukarka", "pies", None]
    analyser = Analyser(lexicons)
    assert analyser.terms("drukarce", "pl") == analyser.terms("drukarek", "pl")
    assert analyser.terms("drukarce", "en") == PLAIN.terms("drukarce", "en")


@given(st.text())
def test_any_text_can_be_analysed_and_tokens_stand_where_they_say(text: str) -> None:
    assert len(fold(text)) == len(text)
    for language in LANGUAGES:
        assert all(" " not in term for term in PLAIN.terms(text, language))
    for token in tokens(text):
        assert text[token.start : token.end] == token.text


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("size", [0, 31, 32, -1])
def test_a_damaged_dictionary_is_told_apart_and_the_index_does_not_share_its_file(
    tmp_path: Path, size: int
) -> None:
    index, dictionaries = tmp_path / "index", tmp_path / "dictionaries"
    dictionaries.mkdir()
    path = dictionaries / f"pl-{version('simplemma')}{LEXICON_SUFFIX}"
    write_lexicon(path, [("ludzie", "czlowiek")])
    writer = IndexWriter(index, secret_key=KEY, dictionaries=dictionaries)
    writer.rebuild([], [])
    copy = next(index.glob(f"generation-1/*{LEXICON_SUFFIX}"))
    os.truncate(copy, copy.stat().st_size + size if size < 0 else size)
    assert not writer.is_healthy()
    assert has_dictionaries(dictionaries)
    writer.rebuild([], [])
    assert writer.is_healthy()
    os.truncate(path, path.stat().st_size + size if size < 0 else size)
    assert not has_dictionaries(dictionaries)


def test_an_index_made_without_the_dictionaries_is_made_anew_when_they_are_there(tmp_path: Path) -> None:
    shelf = [article(1, "Człowiek", language="pl")]
    index, dictionaries = tmp_path / "index", tmp_path / "dictionaries"
    assert write(index, shelf, []).is_healthy()
    assert not reader(index).suggest("ludzie", readable={1}, language="pl").hits
    assert not has_dictionaries(dictionaries)
    dictionaries.mkdir()
    write_lexicon(dictionaries / f"pl-{version('simplemma')}{LEXICON_SUFFIX}", [("ludzie", "czlowiek")])
    assert has_dictionaries(dictionaries)
    writer = IndexWriter(index, secret_key=KEY, dictionaries=dictionaries)
    assert not writer.is_healthy()
    writer.rebuild(shelf, [])
    assert writer.is_healthy()
    writer.apply([article(2, "Drukarka", language="pl")])
    assert [hit.article_id for hit in reader(index).suggest("ludzie", readable={1}, language="pl").hits] == [
        1
    ]
