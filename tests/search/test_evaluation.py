"""The measures, against values worked out by hand."""

import math

import pytest

from servicedesk.search.evaluation import measure

_JUDGEMENTS = {"q1": {"a": 3, "b": 1}, "q2": {"c": 1}, "q3": {"d": 2}}


def test_the_measures_are_those_of_the_literature() -> None:
    rankings = {"q1": ["x", "a", "b"], "q2": ["c"], "q3": ["x"] * 6 + ["d"]}
    quality = measure(rankings, _JUDGEMENTS)
    assert quality.queries == 3
    assert quality.success_at_1 == pytest.approx(1 / 3)
    assert quality.success_at_5 == pytest.approx(2 / 3)
    assert quality.mrr_at_10 == pytest.approx((1 / 2 + 1 + 1 / 7) / 3)
    first = (7 / math.log2(3) + 1 / math.log2(4)) / (7 + 1 / math.log2(3))
    assert quality.ndcg_at_10 == pytest.approx((first + 1 + 1 / math.log2(8)) / 3)


def test_queries_without_a_good_enough_article_are_left_out() -> None:
    quality = measure({"q1": ["b"], "q2": ["c"]}, _JUDGEMENTS, min_grade=2)
    assert (quality.queries, quality.success_at_5) == (1, 0.0)


def test_what_lies_beyond_ten_counts_for_nothing() -> None:
    assert measure({"q2": ["x"] * 10 + ["c"]}, _JUDGEMENTS).mrr_at_10 == 0


def test_no_queries_is_nought() -> None:
    assert measure({}, {}).success_at_1 == 0
