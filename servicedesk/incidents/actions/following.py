"""Joining what others report already, and following an incident. The caller commits."""

from sqlalchemy import delete, func, select

from servicedesk.database import db, insert_missing
from servicedesk.errors import N_, ConflictError, InvalidInputError, NotAllowedError
from servicedesk.incidents.actions.filing import NewIncident, file_incident, title_from
from servicedesk.incidents.models import Incident, IncidentEvent, Watcher
from servicedesk.incidents.queries.colleagues import find_colleague
from servicedesk.incidents.queries.own import find_joined
from servicedesk.incidents.queries.rights import get_rights
from servicedesk.incidents.suggestions.same_as import Offer
from servicedesk.people.models import Person

MOST_WATCHERS = 50
NOT_REPORTED_ANY_MORE = N_(
    "This problem is solved or not reported any more. Your text is kept: file it if it goes on."
)


def join(offer: Offer, text: str, *, person: Person, language: str) -> Incident:
    """File the person's own report as the same as the offered one; joined before, return that report.

    Nothing of the other report is shown: what happens with it reaches the person through their own. It is locked, so
    that two clicks at once do not both find that nobody has joined. Raises ConflictError when it is not open to all.
    """
    main = db.session.get_one(Incident, offer.main_id, with_for_update=True, populate_existing=True)
    if main.team.visibility != "normal":  # It moved since the offer was looked up.
        raise ConflictError(NOT_REPORTED_ANY_MORE)
    joined = find_joined(person, main.id)
    if joined is not None:
        return joined
    words = text.strip() or offer.title or ""
    return file_incident(
        NewIncident(
            requester=person,
            filed_by=person,
            title=offer.title or title_from(words),
            text=words,
            language=language,
            category_id=main.category_id,
            impact=main.impact,
            urgency=main.urgency,
            same_as_id=_stands_for(main).id,
        )
    )


def _stands_for(main: Incident) -> Incident:
    """Return the one that stands for this and others, unless a team keeps it to itself by now."""
    is_open = main.same_as is not None and main.same_as.team.visibility == "normal"
    return main.same_as if main.same_as is not None and is_open else main


def add_watcher(incident: Incident, user_name: str, *, by: Person) -> bool:
    """Let a colleague follow an incident; False if they do already. Raises NotAllowedError, InvalidInputError.

    The requester may while all agents may read it, and its own team unless it is a restricted one.
    """
    rights = get_rights(incident.id, by)
    may_add = rights.change or (rights.is_requester and incident.team.visibility == "normal")
    if not may_add or rights.is_restricted:
        raise NotAllowedError(
            N_("Only the person who asked and the team that has it may let colleagues follow this.")
        )
    colleague = find_colleague(user_name, field="colleague")
    if colleague is None or colleague.id == incident.requester_id:
        raise InvalidInputError(
            N_("We found no such colleague. Write the user name or the mail address in full."),
            field="colleague",
        )
    count = db.session.scalar(
        select(func.count()).select_from(Watcher).where(Watcher.incident_id == incident.id)
    )
    if (count or 0) >= MOST_WATCHERS:
        raise InvalidInputError(N_("At most 50 colleagues can follow one incident."), field="colleague")
    row = {"incident_id": incident.id, "person_id": colleague.id, "added_by_id": by.id}
    is_new = insert_missing(Watcher, row) == 1
    if is_new:
        _record(incident, by, "watcher_added", colleague.display_name)
    return is_new


def stop_watching(incident: Incident, *, person: Person) -> None:
    """Let a watcher go who does not want to follow any more."""
    gone = db.session.execute(
        delete(Watcher)
        .where(Watcher.incident_id == incident.id, Watcher.person_id == person.id)
        .returning(Watcher.person_id)
    ).all()
    if gone:
        _record(incident, person, "watcher_left", person.display_name)


def _record(incident: Incident, by: Person, kind: str, after: str) -> None:
    db.session.add(IncidentEvent(incident_id=incident.id, actor_id=by.id, kind=kind, after=after[:300]))
