"""Forms that make something are done once, however often they arrive: at once, after "Back", or hours later.

Each form carries a key (the macro `csrf` of components/forms.html writes it). The first statement of a guarded view
claims key and content for the person, in the transaction of the change itself; a twin that arrives meanwhile waits there
and then gets the very answer of the first. The same key with another content is another form: nobody's words are dropped.

    @blueprint.post("/notes")
    @access.role("agent")
    @sent_forms.once
    def add_note() -> Response:
        ...
        answer = sent_forms.answer(_("The note is added."), address)
        db.session.commit()
        return answer
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, after_this_request, flash, g, jsonify, make_response, redirect, request
from flask_login import current_user
from sqlalchemy import JSON, ColumnElement, ForeignKey, String, and_, delete, select, tuple_, update
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from servicedesk import database
from servicedesk.database import Model, Utc, db, now

FIELD = "key"
_KEPT = timedelta(days=60)
_NOT_CONTENT = frozenset({"csrf_token", FIELD})
_CHUNK_BYTES = 256 * 1024
_P = ParamSpec("_P")
_T = TypeVar("_T")


class SentForm(Model):
    """A form that somebody sent: `mark` stands for its key, address and content, `answer` for what they were told.

    Without `answer` it came to nothing, for instance as a field was missing, and may be tried again.
    """

    __tablename__ = "sent_forms"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sent_at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)


def set_up(app: Flask) -> None:
    """Let templates make keys."""
    app.add_template_global(_new_key, "form_key")


def once(view: Callable[_P, _T]) -> Callable[_P, _T | Response]:
    """Do what the view does once for each form; its twins get the answer that the view gave by `answer`."""

    @wraps(view)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _T | Response:
        return find_answer() or view(*args, **kwargs)

    guarded.is_sent_once = True  # type: ignore[attr-defined]
    return guarded


def find_answer() -> Response | None:
    """Claim the form that was sent; return what was answered when it came before. A twin that is under way is waited for."""
    if not request.form.get(FIELD):
        return None
    database.start_writing()
    g.sent_form_mark = mark = _mark()
    database.insert_missing(SentForm, {"person_id": _person_id(), "mark": mark})
    # One that came to nothing may be tried again, by one twin at a time.
    kept = db.session.scalar(select(SentForm.answer).where(_is_this(mark)).with_for_update())
    return _told(kept) if kept else None


def claimed_mark() -> str | None:
    """Return what stands for the form that this request has claimed, if it has."""
    mark: str | None = g.get("sent_form_mark")
    return mark


def answer(words: str, address: str) -> Response:
    """Lead on to an address and say what was done there; kept for the form's twins. The caller commits.

    The words are said only when this answer goes out: after a commit that failed they would be a lie.
    """
    return _keep({"words": words, "address": address})


def answer_json(body: dict[str, Any], status: int) -> Response:
    """Answer a script, and keep it for the twins of what it sent. The caller commits."""
    return _keep({"json": body, "status": status})


def forget_old(*, at_most: int = 5000) -> int:
    """Forget the oldest forms, which nobody sends again any more; return how many."""
    key = SentForm.person_id, SentForm.mark
    oldest = select(*key).where(SentForm.sent_at < now() - _KEPT).order_by(SentForm.sent_at).limit(at_most)
    gone = delete(SentForm).where(tuple_(*key).in_(oldest))
    return db.session.execute(gone).rowcount  # type: ignore[attr-defined, no-any-return]


def _new_key() -> str:
    return secrets.token_urlsafe(18)


def _person_id() -> int:
    return int(current_user.get_id())


def _is_this(mark: str) -> ColumnElement[bool]:
    return and_(SentForm.person_id == _person_id(), SentForm.mark == mark)


def _keep(kept: dict[str, Any]) -> Response:
    if mark := claimed_mark():
        db.session.execute(update(SentForm).where(_is_this(mark)).values(answer=kept))
    return _told(kept)


def _told(kept: dict[str, Any]) -> Response:
    if "json" in kept:
        return make_response(jsonify(kept["json"]), kept["status"])
    response = redirect(kept["address"], 303)

    @after_this_request
    def say(sent: Response) -> Response:
        if sent is response and kept["words"]:
            flash(kept["words"])
        return sent

    return response


def _mark() -> str:
    """Return one text for the key, the address and all that was typed and attached."""
    digest = hashlib.sha256()
    parts = [request.form[FIELD], request.path]
    for name, value in request.form.items(multi=True):
        parts += () if name in _NOT_CONTENT else (name, value)
    for name, file in request.files.items(multi=True):
        parts += (name, file.filename or "", _digest_of(file.stream))
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


def _digest_of(stream: Any) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK_BYTES):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()
