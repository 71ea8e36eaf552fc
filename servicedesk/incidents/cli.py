"""`flask suggestions`: how good they are."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask

from servicedesk.database import db, set_up_engine
from servicedesk.incidents.suggestions import evaluation
from servicedesk.search.current import EXTENSION as SEARCH
from servicedesk.search.engine import SearchEngine
from servicedesk.search.languages import LANGUAGES
from servicedesk.search.writer import IndexWriter
from servicedesk.web.commands import CommandGroup
from servicedesk.web.settings import current_settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEY = "a-throw-away-index-needs-no-secret"
commands = CommandGroup("suggestions", help="Suggestions before filing.")


@commands.command("evaluate")
@click.option("--corpus", type=_FILE, required=True, help="Documents: {id, title, body, lang} a line.")
@click.option("--queries", type=_FILE, required=True, help="Texts: {id, text} a line.")
@click.option("--qrels", type=_FILE, required=True, help="Judgements: query, document, grade.")
@click.option("--history-queries", type=_FILE, help="Texts of resolved incidents.")
@click.option("--history-qrels", type=_FILE, help="The documents that solved them.")
@click.option("--min-grade", type=click.IntRange(1, 3), default=1, show_default=True)
@click.option("--language", type=click.Choice(["en", "pl"]), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def evaluate(as_json: bool, language: str, min_grade: int, **files: Path | None) -> None:
    """Measure suggestions on labelled texts, in a throw-away database and index; nothing of this instance is touched."""
    if bool(files["history_queries"]) != bool(files["history_qrels"]):
        raise click.UsageError("Give --history-queries and --history-qrels together, or neither.")
    dictionaries = current_settings().dictionaries_dir
    with _throw_away_instance() as instance_dir:
        result = _evaluate(files, instance_dir, dictionaries, language=language, min_grade=min_grade)
    if as_json:
        click.echo(json.dumps(asdict(result)))
    else:
        for name, value in asdict(result).items():
            click.echo(f"{name:>14}  {value}")


def _evaluate(
    files: dict[str, Path | None], instance_dir: Path, dictionaries: Path, *, language: str, min_grade: int
) -> evaluation.Result:
    corpus, queries_path, qrels_path = (_given(files[name]) for name in ("corpus", "queries", "qrels"))
    documents = evaluation.publish(evaluation.read_lines(corpus), language=language)
    if files["history_queries"] and files["history_qrels"]:
        history = evaluation.read_texts(files["history_queries"])
        evaluation.resolve_history(
            history, evaluation.read_grades(files["history_qrels"]), documents, language
        )
    needs_dictionary = any(LANGUAGES[code].has_dictionary for code in evaluation.languages(language))
    writer = IndexWriter(
        instance_dir / "index", secret_key=_KEY, dictionaries=dictionaries if needs_dictionary else None
    )
    index_seconds = evaluation.write_index(writer)
    rankings, times_ms = evaluation.ask_all(evaluation.read_texts(queries_path), documents, language)
    grades = evaluation.read_grades(qrels_path)
    return evaluation.result_of(rankings, grades, times_ms, min_grade=min_grade, index_seconds=index_seconds)


def _given(path: Path | None) -> Path:
    if path is None:
        raise click.UsageError("A file is missing.")
    return path


@contextmanager
def _throw_away_instance() -> Iterator[Path]:
    """Enter an instance with a database and an index of its own, which are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="suggestions-") as directory:
        instance_dir = Path(directory)
        app = Flask("evaluation")
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{instance_dir / 'servicedesk.db'}"
        app.extensions[SEARCH] = SearchEngine(instance_dir / "index", secret_key=_KEY)
        db.init_app(app)
        with app.app_context():
            set_up_engine(db.engine)
            db.create_all()
            try:
                yield instance_dir
            finally:
                db.session.remove()
                db.engine.dispose()
