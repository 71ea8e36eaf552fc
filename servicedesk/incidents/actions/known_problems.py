"""Known problems: staff say to everybody what is broken now, and when it is over. The caller commits."""

from sqlalchemy import select

from servicedesk.database import db, now
from servicedesk.errors import N_, ConflictError, InvalidInputError, NotAllowedError
from servicedesk.incidents import notifications
from servicedesk.incidents.actions.history import record
from servicedesk.incidents.message_text import title_without_articles
from servicedesk.incidents.models import Incident, KnownProblem
from servicedesk.incidents.queries.rights import require
from servicedesk.people.models import Person

_LONGEST_TITLE = 200


def declare(incident: Incident, by: Person, *, title_en: str, title_pl: str) -> KnownProblem:
    """Declare that this incident stands for a problem that many have. Its titles are written for everybody, in both languages."""
    require("change", incident.id, by)
    if incident.team.visibility != "normal":
        raise NotAllowedError(N_("What only one team may read cannot become a known problem."))
    given = {"title_en": title_en, "title_pl": title_pl}
    titles = {
        field: title_without_articles(title, field[-2:]) if title.strip() else ""
        for field, title in given.items()
    }
    for field, title in titles.items():
        if not title or len(title) > _LONGEST_TITLE:
            raise InvalidInputError(
                N_("Write a title of at most 200 characters in each language."), field=field
            )
    problem = find_problem(incident)
    if problem is not None and problem.ended_at is None:
        raise ConflictError(N_("This problem is declared already."))
    if problem is None:
        problem = KnownProblem(incident_id=incident.id, declared_by_id=by.id, **titles)
        db.session.add(problem)
    else:
        problem.title_en, problem.title_pl = titles["title_en"], titles["title_pl"]
        problem.started_at, problem.ended_at, problem.declared_by_id = now(), None, by.id
    event = record(incident, "problem_declared", by=by, after=titles["title_en"])
    notifications.known_problem_changed(problem, incident, event)
    return problem


def end(incident: Incident, by: Person) -> None:
    """Say that it is over, and tell everybody who reported it."""
    require("change", incident.id, by)
    problem = find_problem(incident)
    if problem is None or problem.ended_at is not None:
        raise ConflictError(N_("This problem is over already."))
    problem.ended_at = now()
    event = record(incident, "problem_ended", by=by, after=problem.title_en)
    notifications.known_problem_changed(problem, incident, event)


def find_problem(incident: Incident) -> KnownProblem | None:
    """Return the known problem, current or past, that the incident stands for."""
    return db.session.scalar(select(KnownProblem).where(KnownProblem.incident_id == incident.id))
