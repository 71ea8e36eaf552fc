"""Who may do what, said a second time without a database: relations of people and objects, and the matrix's cells.

It is written from the matrix alone and shares no code with the product; tests compare both on many random worlds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.permissions import matrix

NOTES = frozenset({"read_notes", "add_note", "read_internal_history"})
STAFF_RELATIONS = frozenset({"ag-out", "ag-in", "ag-restr", "ag-barred", "adm"})


@dataclass(frozen=True)
class Somebody:
    """A person as the oracle sees them: roles, directory groups, teams and those of them that they lead."""

    name: str
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    is_active: bool = True


@dataclass(frozen=True)
class Case:
    """An incident as the oracle sees it. `visibility` is its team's class at this moment."""

    team: str
    visibility: str
    requester: str
    watchers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Paper:
    """An article as the oracle sees it: state, the readers' audience, and that of its newest revision."""

    state: str
    audience: str
    newest_audience: str
    created_by: str = ""


def can(person: Somebody | None, verb: str, case: Case) -> bool:
    """Tell whether somebody (None: nobody signed in) may do this with an incident."""
    table = matrix.load()["incidents"]
    if verb in NOTES and person is not None and _is_barred_from_notes(person, case):
        return False
    return any(table.grants(verb, relation, case.visibility) for relation in relations(person, case))


def sees_as_staff(person: Somebody, case: Case) -> bool:
    """Tell whether it is a staff relation that shows the incident, not only one's own part in it."""
    table = matrix.load()["incidents"]
    held = STAFF_RELATIONS.intersection(relations(person, case))
    return any(table.grants("see", relation, case.visibility) for relation in held)


def relations(person: Somebody | None, case: Case) -> Iterator[str]:
    """Yield the columns of the matrix that hold for somebody and an incident."""
    if person is None or not person.is_active:
        yield "anon" if person is None else "disabled"
        return
    yield "emp"
    if person.name == case.requester:
        yield "req"
    if person.name in case.watchers:
        yield "watch"
    if "agent" in person.roles:
        yield _agent_relation(person, case)
    if "editor" in person.roles:
        yield "ed"
    if "admin" in person.roles:
        yield "adm"


def may_read(person: Somebody | None, paper: Paper) -> bool:
    """Tell whether an article exists for somebody as a reader."""
    if paper.state != "published":
        return False
    row = {"everyone": "read_everyone", "staff": "read_staff"}.get(paper.audience, "read_group")
    table = matrix.load()["knowledge"]
    return any(table.grants(row, relation) for relation in _reader_relations(person, paper.audience))


def may_edit(person: Somebody | None, paper: Paper) -> bool:
    """Tell whether somebody sees an article's drafts and revisions: editors of what is open to them, authors of proposals."""
    table = matrix.load()["knowledge"]
    held = list(_reader_relations(person, paper.audience))
    is_open = _belongs(
        person, paper.audience
    )  # A newer text for others changes nothing: it would tell of itself.
    if any(table.grants("edit", relation) for relation in held):
        return is_open
    is_own_proposal = person is not None and paper.created_by == person.name and paper.state == "draft"
    return is_own_proposal and is_open and any(table.grants("propose", relation) for relation in held)


def _agent_relation(person: Somebody, case: Case) -> str:
    is_restricted = case.visibility == "restricted"
    if case.team in person.teams:
        return "ag-restr" if is_restricted else "ag-in"
    return "ag-barred" if is_restricted else "ag-out"


def _is_barred_from_notes(person: Somebody, case: Case) -> bool:
    """On one's own incident only the owning team's agents read notes, and nobody on a restricted one."""
    return person.name == case.requester and (
        case.visibility == "restricted"
        or _agent_relation(person, case) != "ag-in"
        or "agent" not in person.roles
    )


def _reader_relations(person: Somebody | None, audience: str) -> Iterator[str]:
    if person is None or not person.is_active:
        yield "anon" if person is None else "disabled"
        return
    yield "emp"
    if audience.removeprefix("group:") in person.groups and audience.startswith("group:"):
        yield "group"
    for role, relation in (("agent", "ag"), ("editor", "ed"), ("admin", "adm")):
        if role in person.roles:
            yield relation


def _belongs(person: Somebody | None, audience: str) -> bool:
    return may_read(person, Paper("published", audience, audience))
