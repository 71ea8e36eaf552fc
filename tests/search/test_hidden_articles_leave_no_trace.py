"""What somebody finds is what an index of the articles that they may read would give: order, scores and all."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.search.grammar import SearchQuery
from servicedesk.search.texts import ArticleText, Hit
from tests.search.shelf import article, incident, reader, write

_VOCABULARY = (
    *("printer", "paper", "offline", "vpn", "token", "tokens"),
    *("password", "forgotten", "hasło", "drukarka"),
)
_WORDS = st.lists(
    st.sampled_from(_VOCABULARY),
    min_size=1,
    max_size=6,
).map(" ".join)
_article = st.tuples(_WORDS, _WORDS, st.sampled_from(("en", "pl")))


def _shown(hits: tuple[Hit, ...]) -> list[tuple[object, ...]]:
    return [
        (hit.article_id, pytest.approx(hit.score, rel=1e-4), hit.matched, hit.similar_incidents)
        for hit in hits
    ]


@settings(max_examples=40, deadline=None)
@given(data=st.data(), question=_WORDS)
def test_an_index_with_hidden_articles_answers_as_one_without(data: st.DataObject, question: str) -> None:
    texts = data.draw(st.lists(_article, min_size=1, max_size=8))
    articles = [
        article(number, title, body, language=code) for number, (title, body, code) in enumerate(texts, 1)
    ]
    ids = [one.id for one in articles]
    readable = data.draw(st.sets(st.sampled_from(ids)))
    solved = data.draw(st.lists(st.tuples(_WORDS, st.sets(st.sampled_from(ids), max_size=3)), max_size=6))
    articles = [
        replace(one, is_open=one.id in readable) for one in articles
    ]  # Hidden ones are never for everybody.
    among = data.draw(st.none() | st.sets(st.sampled_from(ids)))
    answers = [
        _ask(some, solved, question, readable, among)
        for some in (articles, [one for one in articles if one.id in readable])
    ]
    assert answers[0] == answers[1]


def _ask(
    articles: list[ArticleText],
    solved: list[tuple[str, set[int]]],
    question: str,
    readable: set[int],
    among: set[int] | None,
) -> list[object]:
    incidents = [incident(number, title, links) for number, (title, links) in enumerate(solved, 1)]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), articles, incidents)
        engine = reader(Path(folder))
        suggested = engine.suggest(question, readable=readable, language="en")
        misspelt = question.replace("printer", "pirnter").replace("token", "tokne")
        answers: list[object] = [_shown(suggested.hits)]
        late = question.replace("printer", "printre").replace("token", "tokens")
        for words in (question, misspelt, late):
            query = SearchQuery(tuple(words.split()))
            found = engine.search(query, readable=readable, among=among, language="en")
            answers += [_shown(found.hits), found.article_ids, found.correction]
        return answers


def test_a_form_of_a_word_that_only_a_hidden_article_has_is_no_correction(tmp_path: Path) -> None:
    write(tmp_path, [article(1, "Printer token", ""), article(2, "Printer tokens", "")], [])
    engine = reader(tmp_path)
    query = SearchQuery(("toknes",))
    assert engine.search(query, readable={1, 2}, language="en").correction == "tokens"
    assert engine.search(query, readable={1}, language="en").correction is None
