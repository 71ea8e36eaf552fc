"""The conversation that requester and desk both read: answering, closing, reopening. The caller commits."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select, update

from servicedesk.database import db, now
from servicedesk.errors import N_, ConflictError, InvalidInputError
from servicedesk.files import actions as files
from servicedesk.incidents import fulltext, notifications
from servicedesk.incidents.actions.history import record
from servicedesk.incidents.message_text import article_slugs
from servicedesk.incidents.models import (
    Incident,
    IncidentEvent,
    IncidentFile,
    InternalNote,
    Message,
    SolvingArticle,
)
from servicedesk.incidents.queries.named_articles import articles_named_in
from servicedesk.incidents.queries.rights import Rights, require
from servicedesk.incidents.rules import State, may_change_state
from servicedesk.people.models import Person
from servicedesk.search.actions import note_change

LONGEST_TEXT = 64_000
_SAID_AGAIN = timedelta(minutes=10)


def answer(incident: Incident, author: Person, text: str, file_ids: Sequence[int] = ()) -> Message:
    """Add a message with the author's unclaimed uploads and tell the other side.

    The desk's first answer starts the work; the requester's answer ends the waiting. Raises NotFoundError,
    NotAllowedError, InvalidInputError, ConflictError when it is closed. Sent again with nothing said in between, as after
    "Back", where the browser keeps the words and the form is a new one, it is the message that is there.
    """
    rights = require("answer", incident.id, author)
    if incident.state == State.CLOSED:
        raise ConflictError(N_("This incident is closed. Reopen it to write more."))
    newest = db.session.scalars(
        select(Message).where(Message.incident_id == incident.id).order_by(Message.id.desc()).limit(1)
    ).first()
    if newest is not None and is_said_again(newest, author, text, file_ids):
        return newest
    message = add_message(incident, author, text, file_ids, is_from_desk=_is_desk(rights))
    if incident.state == (State.NEW if message.is_from_desk else State.WAITING):
        change_state(incident, State.IN_PROGRESS, by=author)
    notifications.answered(incident, message)
    return message


def close(incident: Incident, by: Person) -> None:
    """Close it: the requester says that it works again, or the desk that there is nothing left to do."""
    rights = require("close", incident.id, by)
    check_change(incident, State.CLOSED, rights)
    event = change_state(incident, State.CLOSED, by=by)
    notifications.closed(incident, event)


def reopen(incident: Incident, by: Person, text: str = "", file_ids: Sequence[int] = ()) -> None:
    """Take it up again, with what is still wrong. Articles that were said to have solved it did not: they stop counting."""
    rights = require("reopen", incident.id, by)
    if incident.state not in (State.RESOLVED, State.CLOSED):
        raise ConflictError(N_("This incident is open already."))
    check_change(incident, State.IN_PROGRESS, rights)
    message = None
    if text.strip():
        message = add_message(incident, by, text, file_ids, is_from_desk=_is_desk(rights))
    event = change_state(incident, State.IN_PROGRESS, by=by, kind="reopened")
    incident.resolved_at, incident.resolution = None, ""
    unlink = update(SolvingArticle).where(
        SolvingArticle.incident_id == incident.id, SolvingArticle.removed_at.is_(None)
    )
    db.session.execute(unlink.values(removed_at=now()))
    note_change("incident", incident.id)
    notifications.reopened(incident, event, message)


def check_seen(incident: Incident, newest_message_id: int) -> None:
    """Raise ConflictError when somebody wrote after the message that the author has seen last."""
    newest = db.session.scalar(select(func.max(Message.id)).where(Message.incident_id == incident.id)) or 0
    if newest != newest_message_id:
        raise ConflictError(N_("A message arrived while you were writing. Read it first, then send yours."))


def check_named_articles(incident: Incident, text: str, *, by: Person) -> None:
    """Raise InvalidInputError (field "anyway") when the text names an article that its requester cannot open."""
    named = article_slugs([text])
    open_to_author = articles_named_in([text], seen_by=by)
    if named - open_to_author.keys():
        raise InvalidInputError(N_("An article that you name is not there. Check its address."), field="text")
    if named - articles_named_in([text], seen_by=incident.requester).keys():
        raise InvalidInputError(
            N_(
                "The requester cannot open an article that you name. Say in words what it says, or send it anyway."
            ),
            field="anyway",
        )


def add_message(
    incident: Incident, author: Person, text: str, file_ids: Sequence[int] = (), *, is_from_desk: bool
) -> Message:
    """Write one turn of the conversation, without rights and without telling anybody: other actions do that."""
    text = text.strip().replace("\r\n", "\n")
    if not text:
        raise InvalidInputError(N_("Write a few words first."), field="text")
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(
            N_("A message may have at most 64,000 characters. Attach long logs as a file."), field="text"
        )
    message = Message(incident_id=incident.id, author=author, text=text, is_from_desk=is_from_desk)
    db.session.add(message)
    db.session.flush()
    taken = files.claim(file_ids, by_id=author.id)
    db.session.add_all(
        IncidentFile(incident_id=incident.id, file_id=file.id, message_id=message.id) for file in taken
    )
    incident.updated_at = message.at
    if is_from_desk and incident.first_response_at is None:
        incident.first_response_at = message.at
    fulltext.refresh(incident)
    return message


def is_said_again(newest: Message | InternalNote, author: Person, text: str, file_ids: Sequence[int]) -> bool:
    """Tell whether these words of this author are the newest ones already, and of a moment ago."""
    if file_ids or newest.author_id != author.id or newest.text != text.strip().replace("\r\n", "\n"):
        return False
    return abs(now() - newest.at) < _SAID_AGAIN


def check_change(incident: Incident, after: State, rights: Rights) -> None:
    """Raise ConflictError unless these rights allow this change from the state that it is in now."""
    may_staff = rights.change and may_change_state(State(incident.state), after, is_staff=True)
    may_own = rights.is_requester and may_change_state(State(incident.state), after, is_staff=False)
    if not may_staff and not may_own:
        raise ConflictError(N_("The incident is in another state by now. Look at what is new first."))


def change_state(
    incident: Incident, after: State, *, by: Person | None, kind: str = "state"
) -> IncidentEvent:
    """Set the state and its times, and write the line of history; other actions have checked the rights."""
    before, incident.state = incident.state, after.value
    if after == State.RESOLVED:
        incident.resolved_at = now()
    if after == State.CLOSED:
        incident.closed_at = now()
    elif before == State.CLOSED:
        incident.closed_at = None
    return record(incident, kind, by=by, before=before, after=after.value)


def _is_desk(rights: Rights) -> bool:
    return rights.work and not rights.is_requester
