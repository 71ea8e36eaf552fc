"""Eight threads that begin together in a fresh process are answered as one thread is, and nothing fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

from flask import Flask

import config
from servicedesk.database import db
from tests.factories import Cast
from tests.incidents.library import file, publish, resolve, write_index
from tests.search import crowd

_ROOT = Path(__file__).parents[2]
_WITHIN_S = 300


def _answers(settings: config.Settings, threads: int) -> dict[str, list[object]]:
    environment = {
        f"{config.PREFIX}INSTANCE_DIR": str(settings.instance_dir),
        f"{config.PREFIX}SECRET_KEY": settings.secret_key,
        f"{config.PREFIX}PUBLIC_URL": settings.public_url,
        f"{config.PREFIX}DATABASE_URL": settings.database_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.search.crowd", str(threads)],
        cwd=_ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=_WITHIN_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    answers: dict[str, list[object]] = json.loads(done.stdout)
    return answers


def test_eight_threads_from_a_cold_start_are_answered_like_one(
    app: Flask, settings: config.Settings, cast: Cast
) -> None:
    for number in range(crowd.ARTICLES):
        language = ("en", "pl")[number % 2]
        article = publish(
            app, f"a-{number}", f"Article {number}", crowd.article_body(number, language), language=language
        )
        resolve(app, file(app, cast.olek, crowd.article_body(number, "en")[:500]), article, by=cast.anna)
    write_index(app)
    with app.app_context():
        db.engine.dispose()
    alone = _answers(settings, 1)
    assert {answer[0] for name, answer in alone.items() if not name.startswith("file")} == {200}
    assert {tuple(answer) for name, answer in alone.items() if name.startswith("file")} == {(303, 200, True)}
    assert all(answer[1]["suggestions"] for name, answer in alone.items() if "suggest" in name)  # type: ignore[index]
    assert all(answer[1] for name, answer in alone.items() if "search" in name)
    for _ in range(2):
        together = _answers(settings, 8)
        differing = {name: (alone[name], together[name]) for name in alone if alone[name] != together[name]}
        assert not differing
