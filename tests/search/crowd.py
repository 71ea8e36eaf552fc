"""Many people at once in a process that has just begun: `python -m tests.search.crowd THREADS`, settings in the environment.

Prints what each of them was answered as JSON. Words are made up, so that no cache has met any of them before.
"""

import json
import os
import random
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from flask.testing import FlaskClient

import config
from servicedesk.app import create_app
from servicedesk.incidents.suggestions import budget
from tests.factories import Cast, sign_in

ARTICLES = 8
_QUESTIONS = 24
_WORDS = 60
_STEMS = 400
_ENDINGS = {"en": ("ing", "ed", "ations", "es", "fully"), "pl": ("owania", "ami", "ów", "owych", "iejsze")}
_SWITCH_S = 1e-6
_AGAIN_AFTER_S = 0.01
_PATIENCE_S = 60.0
Task = tuple[str, Callable[[], object]]


def stems() -> list[str]:
    """Return made-up words without endings, the same each time."""
    chance = random.Random(20_261_128)  # noqa: S311 - no secret.
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    return ["".join(chance.choices(syllables, k=3)) + chance.choice("dgklmnrt") for _ in range(_STEMS)]


def article_body(number: int, language: str) -> str:
    """Return the text of one article: its share of the stems, each with some ending."""
    own = stems()[number::ARTICLES]
    return " ".join(stem + _ENDINGS[language][place % 5] for place, stem in enumerate(own))


def _questions() -> Iterator[tuple[str, str]]:
    chance = random.Random(7)  # noqa: S311 - no secret.
    for number in range(_QUESTIONS):
        language = ("en", "pl")[number % 2]
        own = stems()[number % ARTICLES :: ARTICLES]
        words = [chance.choice(own) + chance.choice(_ENDINGS[language]) for _ in range(_WORDS)]
        yield language, " ".join(words)


def _tasks(browser: FlaskClient, editor: FlaskClient) -> Iterator[Task]:
    for number, (language, text) in enumerate(_questions()):
        yield f"suggest {number}", lambda text=text, language=language: _suggested(browser, text, language)  # type: ignore[misc]
        yield f"search {number}", lambda text=text: _searched(browser, text)  # type: ignore[misc]
        yield f"file {number}", lambda text=text, number=number: _filed(browser, text, number)  # type: ignore[misc]
        if number % 4 == 0:
            yield f"render {number}", lambda text=text: _rendered(editor, text)  # type: ignore[misc]


def _suggested(browser: FlaskClient, text: str, language: str) -> object:
    """Ask until there is an answer: while two are being made, others are put off."""
    ends_at = time.monotonic() + _PATIENCE_S
    while True:
        answer = browser.get("/api/v1/suggestions", query_string={"text": text, "language": language})
        found = answer.get_json()
        if answer.status_code != 200 or found["state"] != "late" or time.monotonic() > ends_at:
            return [answer.status_code, found]
        time.sleep(_AGAIN_AFTER_S)


def _searched(browser: FlaskClient, text: str) -> object:
    answer = browser.get("/search", query_string={"q": " ".join(text.split()[:8])})
    return [answer.status_code, re.findall(r'href="/articles/([\w-]+)"', answer.text)]


def _filed(browser: FlaskClient, text: str, number: int) -> object:
    answer = browser.post("/incidents", data={"text": text, "key": f"a-key-of-its-own-{number}"})
    shown = browser.get(answer.location or "/nowhere")
    return [answer.status_code, shown.status_code, text[:30] in shown.text]


def _rendered(editor: FlaskClient, text: str) -> object:
    answer = editor.post(
        "/articles/preview", data={"body": f"# {text[:40]}\n\n- **{text}**", "language": "en"}
    )
    return [answer.status_code, answer.text]


def _browsers(app: Flask, people: Cast) -> tuple[FlaskClient, FlaskClient]:
    return sign_in(app, people.ewa), sign_in(app, people.edyta)


def main(threads: int) -> None:
    """Do all tasks in so many threads that begin together."""
    sys.setswitchinterval(_SWITCH_S)
    budget.LIMIT_S = _PATIENCE_S
    app = create_app(config.load({k: v for k, v in os.environ.items() if k.startswith(config.PREFIX)}))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people = Cast.load()
    browsers = [_browsers(app, people) for _ in range(threads)]
    together = threading.Barrier(threads)
    answers: dict[str, object] = {}

    def work(place: int) -> None:
        together.wait()
        for name, ask in list(_tasks(*browsers[place]))[place::threads]:
            answers[name] = ask()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    print(json.dumps(answers, sort_keys=True))  # noqa: T201 - what was asked for.


if __name__ == "__main__":
    main(int(sys.argv[1]))
