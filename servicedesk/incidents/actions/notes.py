"""Internal notes: what staff tell each other. No mail tells of them and no search finds them. The caller commits."""

from collections.abc import Sequence

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.errors import N_, InvalidInputError
from servicedesk.files import actions as files
from servicedesk.incidents.actions.conversation import is_said_again
from servicedesk.incidents.models import Incident, IncidentFile, InternalNote
from servicedesk.incidents.queries.rights import require
from servicedesk.people.models import Person

LONGEST_NOTE = 64_000


def add_note(incident: Incident, author: Person, text: str, file_ids: Sequence[int] = ()) -> InternalNote:
    """Add a note; notes are never changed or removed. The same words right after one's own are the note that is there."""
    require("notes", incident.id, author)
    text = text.strip().replace("\r\n", "\n")
    if not text:
        raise InvalidInputError(N_("Write a few words first."), field="note")
    if len(text) > LONGEST_NOTE:
        raise InvalidInputError(
            N_("A note may have at most 64,000 characters. Attach long logs as a file."), field="note"
        )
    newest = db.session.scalars(
        select(InternalNote)
        .where(InternalNote.incident_id == incident.id)
        .order_by(InternalNote.id.desc())
        .limit(1)
    ).first()
    if newest is not None and is_said_again(newest, author, text, file_ids):
        return newest
    note = InternalNote(incident_id=incident.id, author=author, text=text)
    db.session.add(note)
    db.session.flush()
    taken = files.claim(file_ids, by_id=author.id)
    db.session.add_all(
        IncidentFile(incident_id=incident.id, file_id=file.id, note_id=note.id) for file in taken
    )
    # No `updated_at`, no history: the requester's list must not move because of a note.
    return note
