"""`flask suggestions evaluate`: quality on labelled texts, in an instance that is thrown away."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.models import Incident
from servicedesk.knowledge.models import Article

_CORPUS = (
    {
        "id": "vpn",
        "title": "VPN does not connect",
        "body": "# Steps\n\nRestart the client.",
        "lang": "en",
        "path": "vpn.md",
    },
    {
        "id": "jam",
        "title": "The printer has a paper jam",
        "body": "Open the tray.",
        "lang": "en",
        "path": "jam.md",
    },
    {
        "id": "mail",
        "title": "Mail cannot be sent",
        "body": "Look into the outbox.",
        "lang": "en",
        "path": "mail.md",
    },
)
_QUERIES = ({"id": "q1", "text": "paper jam in my printer"}, {"id": "q2", "text": "zebra refuses me at home"})
_HISTORY = (
    {
        "id": "h1",
        "title": "Zebra refuses me",
        "text": "Zebra refuses me\n\nat home since today",
        "created": "2019-07-31",
    },
    # Words that three people use are everybody's.
    {"id": "h2", "text": "at home the zebra refuses", "created": "2019-08-01"},
    {"id": "h3", "text": "the zebra of my home refuses me", "created": "2019-08-02"},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, lines in (("corpus", _CORPUS), ("queries", _QUERIES), ("history", _HISTORY)):
        (tmp_path / f"{name}.jsonl").write_text(
            "".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8"
        )
    (tmp_path / "qrels.tsv").write_text("q1\tjam\t3\nq2\tvpn\t1\n", encoding="utf-8")
    (tmp_path / "history.tsv").write_text(
        "h1\tvpn\t2\nh1\tgone\t1\nh2\tvpn\t2\nh3\tvpn\t1\n", encoding="utf-8"
    )
    return tmp_path


def evaluate(app: Flask, folder: Path, *more: str) -> dict[str, float]:
    command = [
        "suggestions", "evaluate", "--corpus", str(folder / "corpus.jsonl"), "--queries", str(folder / "queries.jsonl"),
        "--qrels", str(folder / "qrels.tsv"), *more, "--json",
    ]  # fmt: skip
    result = app.test_cli_runner().invoke(args=command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    lines = [line for line in result.stdout.splitlines() if line]
    assert len(lines) == 1
    return dict(json.loads(lines[0]))


def test_history_finds_what_words_alone_do_not(app: Flask, folder: Path) -> None:
    without = evaluate(app, folder)
    assert (without["queries"], without["success_at_1"], without["mrr_at_10"]) == (2, 0.5, 0.5)
    history = (
        "--history-queries",
        str(folder / "history.jsonl"),
        "--history-qrels",
        str(folder / "history.tsv"),
    )
    learned = evaluate(app, folder, *history)
    assert (learned["success_at_1"], learned["success_at_5"], learned["ndcg_at_10"]) == (1.0, 1.0, 1.0)
    assert set(learned) == {
        "queries", "success_at_1", "success_at_5", "mrr_at_10", "ndcg_at_10", "p50_ms", "p95_ms", "index_seconds",
    }  # fmt: skip
    assert learned["p95_ms"] >= learned["p50_ms"] > 0


def test_only_judgements_of_the_wanted_grade_count(app: Flask, folder: Path) -> None:
    assert evaluate(app, folder, "--min-grade", "2")["queries"] == 1


def test_the_instance_that_runs_it_is_left_as_it_was(app: Flask, folder: Path) -> None:
    evaluate(app, folder)
    with app.app_context():
        assert db.session.scalar(select(Article.id)) is None
        assert db.session.scalar(select(Incident.id)) is None


def test_half_a_history_is_refused(app: Flask, folder: Path) -> None:
    command = [
        "suggestions", "evaluate", "--corpus", str(folder / "corpus.jsonl"), "--queries", str(folder / "queries.jsonl"),
        "--qrels", str(folder / "qrels.tsv"), "--history-queries", str(folder / "history.jsonl"),
    ]  # fmt: skip
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 2
    assert "together, or neither" in result.output
