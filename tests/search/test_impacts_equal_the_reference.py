"""The arrays rank exactly as a plain BM25F does, freshly built or changed piece by piece."""

import math
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.search.analysis import PLAIN
from servicedesk.search.generations import Generations
from servicedesk.search.query import analyse_query
from servicedesk.search.signals import text_scores
from servicedesk.search.snapshot import Snapshot
from servicedesk.search.texts import ArticleText
from servicedesk.search.weights import Weights
from servicedesk.search.writer import IndexWriter
from tests.search.shelf import KEY

_WEIGHTS = Weights()
_words = st.lists(
    st.sampled_from(["vpn", "token", "printer", "paper", "reset", "password", "mail", "the", "box", "0x12"]),
    max_size=12,
)
_text = _words.map(" ".join)
_article = st.builds(
    ArticleText,
    id=st.integers(1, 9),
    language=st.sampled_from(["en", "pl"]),
    title=_text,
    summary=_text,
    keywords=_words.map(tuple),
    headings=_text,
    body=_text,
)
_articles = st.lists(_article, max_size=6, unique_by=lambda one: one.id)


def _reference(articles: list[ArticleText], query: str) -> dict[int, float]:
    """Score by the formula of Robertson, Zaragoza and Taylor (2004), term by term, in plain Python."""
    scores = dict.fromkeys((one.id for one in articles), 0.0)
    boosts, effects = _WEIGHTS.fields.boosts(), _WEIGHTS.fields.length_effects()
    for language in ("en", "pl"):
        fields = {
            one.id: [
                Counter(PLAIN.terms(text, language))
                for text in (one.title, " ".join(one.keywords), one.summary, one.headings, one.body)
            ]
            for one in articles
            if one.language == language
        }
        averages = [
            max(sum(f[i].total() for f in fields.values()) / max(len(fields), 1), 1e-9) for i in range(5)
        ]
        for term, typed in Counter(PLAIN.terms(query, language)).items():
            holding = sum(any(term in counts for counts in f) for f in fields.values())
            rarity = math.log1p((len(fields) - holding + 0.5) / (holding + 0.5))
            for number, counts in fields.items():
                frequency = sum(
                    boosts[i]
                    * counts[i][term]
                    / (1 - effects[i] + effects[i] * counts[i].total() / averages[i])
                    for i in range(5)
                )
                impact = rarity * frequency / (_WEIGHTS.saturation + frequency)
                scores[number] += (1 + math.log(typed)) * impact
    return scores


def _measured(path: Path, query: str) -> dict[int, float]:
    snapshot = Snapshot.open(Generations(path, secret_key=KEY).current(), _WEIGHTS)
    terms = analyse_query(query, snapshot.analyser)
    if not terms:
        return dict.fromkeys(snapshot.articles.columns.ids.tolist(), 0.0)
    scores = text_scores(snapshot, terms, snapshot.view(snapshot.articles.columns.ids), _WEIGHTS).scores
    return dict(zip(snapshot.articles.columns.ids.tolist(), scores.tolist(), strict=True))


@settings(max_examples=25, deadline=None)
@given(articles=_articles, query=_text)
def test_scores_equal_a_plain_bm25f(articles: list[ArticleText], query: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        IndexWriter(Path(directory), secret_key=KEY).rebuild(articles, [])
        assert _measured(Path(directory), query) == pytest.approx(_reference(articles, query), rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(first=_articles, changed=_articles, removed=st.sets(st.integers(1, 9), max_size=3), query=_text)
def test_an_index_changed_piece_by_piece_ranks_as_one_made_anew(
    first: list[ArticleText], changed: list[ArticleText], removed: set[int], query: str
) -> None:
    gone = removed - {one.id for one in changed}
    now = {one.id: one for one in (*first, *changed) if one.id not in gone}
    with tempfile.TemporaryDirectory() as directory:
        writer = IndexWriter(Path(directory), secret_key=KEY)
        writer.rebuild(first, [])
        writer.apply(changed, gone)
        assert _measured(Path(directory), query) == pytest.approx(
            _reference(list(now.values()), query), rel=1e-5
        )


def test_whoosh_holds_what_the_arrays_hold(tmp_path: Path) -> None:
    articles = [
        ArticleText(n, "en", f"vpn token {n}", "", (), "", "reset the printer " * n) for n in range(1, 6)
    ]
    writer = IndexWriter(tmp_path, secret_key=KEY)
    writer.rebuild(articles, [])
    before = Snapshot.open(Generations(tmp_path, secret_key=KEY).current(), _WEIGHTS)
    writer.recompile()
    after = Snapshot.open(Generations(tmp_path, secret_key=KEY).current(), _WEIGHTS)
    assert after.number == before.number + 1
    assert np.array_equal(after.articles.columns.lengths, before.articles.columns.lengths)
    for kind in ("articles", "incidents"):
        old, new = getattr(before, kind).postings.table(), getattr(after, kind).postings.table()
        assert np.array_equal(old.keys, new.keys)
        assert np.array_equal(old.counts, new.counts)
