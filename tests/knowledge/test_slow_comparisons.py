"""Comparing and rendering have an end, whatever the texts are and however the process for them does."""

import signal
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.errors import InvalidInputError
from servicedesk.knowledge.rendering import Renderer
from tests.knowledge import library


def _revise(app: Flask, editor: FlaskClient, old: str, new: str) -> str:
    """Write an article twice; return the page of what changed."""
    library.publish(app, "long", body=old)
    sent = {"title": "Long", "body": new, "audience": "everyone", "category": "", "based_on": "1"}
    answer = editor.post("/articles/long/edit", data={**sent, "publish": "1"})
    assert answer.status_code == 303, answer.text[-3000:]
    page = editor.get("/articles/long/revisions/2")
    assert page.status_code == 200
    return page.text


def test_a_text_of_which_each_paragraph_was_rewritten_is_compared(app: Flask, editor: FlaskClient) -> None:
    old = "".join(f"old paragraph {number}\n\n" for number in range(600))
    page = _revise(app, editor, old, "".join(f"new text {number}\n\n" for number in range(600)))
    assert "paragraph 599" not in page.partition("<del")[0]
    assert page.count("<del") >= 1


def test_texts_with_much_in_common_everywhere_are_shown_one_after_the_other(
    app: Flask, editor: FlaskClient
) -> None:
    old = "".join(f"- {number % 2}\n" for number in range(12_000))
    page = _revise(app, editor, old, "".join(f"- {number % 3 % 2}\n" for number in range(12_000)))
    assert "<del" in page
    assert "<ins" in page


def test_a_process_that_reads_nothing_is_given_up() -> None:
    """A long text does not fit into the pipe: writing has a limit as reading has."""
    renderer = Renderer(patience_s=1)
    try:
        renderer.render("Some *text*.", slug="x", language="en")
        assert renderer._process is not None
        renderer._process.send_signal(signal.SIGSTOP)
        with pytest.raises(InvalidInputError, match="Try again in a moment"):
            renderer.render("Some text. " * 40_000, slug="x", language="en")
    finally:
        renderer.close()


def test_where_no_process_can_be_started_a_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when there is no memory for one: an import goes on with the next file, and an editor keeps the text."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(InvalidInputError, match="Try again in a moment"):
        Renderer(patience_s=1).render("Some *text*.", slug="x", language="en")
