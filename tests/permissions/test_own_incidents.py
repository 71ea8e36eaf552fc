"""Staff have incidents of their own: notes on them are for the owning team's agents, and on restricted ones for others alone."""

import pytest
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.desk.models import Category, TeamMember
from servicedesk.incidents.actions import notes
from servicedesk.incidents.actions.filing import NewIncident, file_incident
from servicedesk.incidents.models import IncidentFile
from servicedesk.web.settings import EXTENSION as SETTINGS
from tests.permissions import stage
from tests.permissions.conftest import Desk
from tests.permissions.secrets import mark
from tests.permissions.stage import CATEGORIES, WORKERS

_NOTE = mark("note on an incident of one's own")


def _file(staged: Desk, visibility: str, requester: str) -> tuple[int, int]:
    """File an incident of an agent's on which a colleague noted something; return its number and the note's file."""
    files_dir = staged.app.extensions[SETTINGS].files_dir
    with staged.app.app_context():
        category = db.session.scalars(select(Category).where(Category.key == CATEGORIES[visibility])).one()
        person, worker = stage.person(requester), stage.person("piotr")
        incident = file_incident(
            NewIncident(
                requester=person,
                filed_by=person,
                title="My own bird is silent",
                text="It says nothing.",
                language="en",
                category_id=category.id,
            )
        )
        if db.session.get(TeamMember, (incident.team_id, worker.id)) is None:
            db.session.add(TeamMember(team_id=incident.team_id, person_id=worker.id))
        db.session.flush()
        file = stage.upload("note.log", b"stuffed", worker, files_dir)
        notes.add_note(incident, worker, f"Stuffed {_NOTE}", [file.id])
        db.session.commit()
        found = select(IncidentFile.file_id).where(IncidentFile.incident_id == incident.id)
        return incident.id, db.session.scalars(found).one()


@pytest.mark.parametrize(
    ("visibility", "requester", "reads_notes"),
    [
        ("normal", "ewa", False),
        ("normal", WORKERS["normal"], True),
        ("normal", "nina", False),
        ("normal", "adam", False),
        ("team", WORKERS["team"], True),
        ("team", "nina", False),
        ("restricted", WORKERS["restricted"], False),
        ("restricted", "nina", False),
        ("restricted", "adam", False),
    ],
)
def test_notes_on_ones_own_incident(
    staged: Desk, visibility: str, requester: str, *, reads_notes: bool
) -> None:
    incident_id, file_id = _file(staged, visibility, requester)
    browser = staged.browsers[requester]
    page = browser.get(f"/incidents/{incident_id}")
    assert page.status_code == 200
    assert (_NOTE.encode() in page.data) == reads_notes
    assert (browser.get(f"/incidents/{incident_id}/history").status_code == 200) == reads_notes
    file = browser.get(f"/incidents/{incident_id}/note-files/{file_id}", buffered=True)
    assert (file.status_code == 200) == reads_notes
    noted = browser.post(f"/incidents/{incident_id}/notes", data={"note": "Mine"})
    assert noted.status_code == (303 if reads_notes else 403)
