"""The fixed world: people of each relation, an incident of each class, articles of each audience, all full of secrets.

Everything is made by the product's own actions, so histories, full text, index and outbox are as they are in life.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.desk.models import Category, Team
from servicedesk.files import actions as files
from servicedesk.files.models import StoredFile
from servicedesk.incidents.actions import conversation, known_problems, notes, work
from servicedesk.incidents.actions.filing import NewIncident, file_incident
from servicedesk.incidents.actions.history import record
from servicedesk.incidents.models import Incident, SolvingArticle, Watcher
from servicedesk.incidents.rules import State
from servicedesk.people.models import Person
from tests.permissions import matrix, oracle
from tests.permissions.oracle import Case, Somebody
from tests.permissions.secrets import MaySee, Secrets
from tests.permissions.shelf import Shelf, fill_shelf

# A word that all texts share, so that a search for it finds whatever one may find.
WORD = "canary"
TEAMS = {"normal": "service-desk", "team": "legal", "restricted": "hr"}
WORKERS = {"normal": "anna", "team": "lena", "restricted": "hanna"}
CATEGORIES = {"normal": "email", "team": "contracts", "restricted": "payroll"}

PEOPLE: Mapping[str, Somebody] = {
    who.name: who
    for who in (
        Somebody("emil"),
        Somebody("ewa"),
        Somebody("wanda"),
        Somebody("olek", groups=frozenset({"Finance"})),
        Somebody("anna", frozenset({"agent"}), frozenset({"IT staff"}), frozenset({"service-desk"})),
        Somebody("nina", frozenset({"agent"}), frozenset({"IT staff", "Network"}), frozenset({"network"})),
        Somebody("lena", frozenset({"agent"}), frozenset({"Legal"}), frozenset({"legal"})),
        Somebody("hanna", frozenset({"agent"}), frozenset({"HR"}), frozenset({"hr"})),
        Somebody("edyta", frozenset({"editor"})),
        Somebody("adam", frozenset({"admin"})),
        Somebody("zoe", is_active=False),
    )
}


@dataclass(frozen=True)
class StagedCase:
    """An incident on the stage: its rows, and how the oracle sees it."""

    id: int
    case: Case
    file_id: int
    note_file_id: int


@dataclass
class Stage:
    """Where everything is."""

    secrets: Secrets = field(default_factory=Secrets)
    ids: dict[str, int] = field(default_factory=dict)
    cases: dict[str, StagedCase] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    joined_id: int = 0
    problem_id: int = 0


def build(files_dir: Path) -> Stage:
    """Write the world; the caller commits."""
    stage = Stage()
    add_extras()
    stage.ids = dict(db.session.execute(select(Person.user_name, Person.id)).all())
    stage.shelf = fill_shelf(stage.secrets, files_dir, word=WORD)
    for visibility in matrix.CLASSES:
        stage.cases[visibility] = _stage_case(stage, visibility, files_dir)
        _stage_resolved(stage, visibility)
    _stage_known_problem(stage)
    return stage


def person(name: str) -> Person:
    """Return somebody of the cast."""
    return db.session.scalars(select(Person).where(Person.user_name == name)).one()


def new_incident(
    visibility: str, *, title: str, text: str, contact: str = "", file_ids: tuple[int, ...] = ()
) -> Incident:
    """File an incident of ewa's that a team of this class owns, with wanda watching."""
    requester = person("ewa")
    category = db.session.scalars(select(Category).where(Category.key == CATEGORIES[visibility])).one()
    incident = file_incident(
        NewIncident(
            requester=requester,
            filed_by=requester,
            title=title,
            text=text,
            language="en",
            category_id=category.id,
            contact=contact,
            file_ids=file_ids,
        )
    )
    db.session.flush()
    watcher = Watcher(incident_id=incident.id, person_id=person("wanda").id, added_by_id=requester.id)
    db.session.add(watcher)
    db.session.flush()
    return incident


def case_of(visibility: str) -> Case:
    """Return how the oracle sees an incident made by `new_incident`."""
    return Case(TEAMS[visibility], visibility, "ewa", frozenset({"wanda"}))


def upload(name: str, content: bytes, by: Person, files_dir: Path) -> StoredFile:
    """Store a file that is not claimed yet."""
    return files.upload(io.BytesIO(content), name, by_id=by.id, root=files_dir)


def add_extras() -> None:
    """Add an employee who has to do with nothing, and one who follows incidents."""
    for name in ("emil", "wanda"):
        db.session.add(
            Person(
                directory_key=f"entryuuid:{name}",
                user_name=name,
                mail=f"{name}@example.com",
                display_name=name.title(),
                roles=[],
                groups=[],
                language="en",
            )
        )
    db.session.flush()


def _stage_case(stage: Stage, visibility: str, files_dir: Path) -> StagedCase:
    case, requester, worker = case_of(visibility), person("ewa"), person(WORKERS[visibility])

    def hide(what: str, verb: str) -> str:
        return stage.secrets.hide(f"{visibility} {what}", _can(verb, case))

    first = upload(
        f"{hide('file name', 'read_thread')}.txt", hide("file", "read_thread").encode(), requester, files_dir
    )
    incident = new_incident(
        visibility,
        title=f"The {WORD} {hide('title', 'see')} is silent",
        text=f"My {WORD} {hide('text', 'read_thread')} says nothing since this morning.",
        contact=hide("contact", "read_thread"),
        file_ids=(first.id,),
    )
    incident.about_article_id = stage.shelf.article_ids["group"]
    note_file = upload(
        f"{hide('note file name', 'read_notes')}.log",
        hide("note file", "read_notes").encode(),
        worker,
        files_dir,
    )
    work.take(incident, worker)
    hidden = f"See article:{stage.shelf.slugs['staff']} and article:{stage.shelf.slugs['group']}."
    conversation.answer(incident, worker, f"Is the {WORD} {hide('answer', 'read_thread')} fed? {hidden}")
    conversation.answer(incident, requester, f"Yes, the {WORD} {hide('reply', 'read_thread')} is fed.")
    notes.add_note(incident, worker, f"The {WORD} {hide('note', 'read_notes')} is stuffed.", [note_file.id])
    db.session.flush()
    return StagedCase(incident.id, case, first.id, note_file.id)


def _stage_resolved(stage: Stage, visibility: str) -> None:
    """Resolve a second incident with articles, so that search learns from it and staff see it as similar."""
    case = case_of(visibility)
    title = stage.secrets.hide(f"{visibility} resolved title", _can("see", case))
    text = stage.secrets.hide(f"{visibility} resolved text", _can("read_thread", case))
    incident = new_incident(
        visibility, title=f"The {WORD} {title} was silent", text=f"My {WORD} {text} was ill."
    )
    worker = person(WORKERS[visibility])
    for name in ("staff", "group", "everyone"):
        article_id = stage.shelf.article_ids[name]
        db.session.add(SolvingArticle(incident_id=incident.id, article_id=article_id, linked_by_id=worker.id))
        record(incident, "article_linked", by=worker, after=str(article_id), is_public=False)
    incident.resolution = "article"
    conversation.change_state(incident, State.RESOLVED, by=worker)


def _stage_known_problem(stage: Stage) -> None:
    """Declare a problem that everybody sees, which a report of emil's joins without seeing whose it was."""
    main = db.session.get_one(Incident, stage.cases["normal"].id)
    problem = known_problems.declare(
        main, person("anna"), title_en="Birds are silent", title_pl="Ptaki milczą"
    )
    emil = person("emil")
    joined = file_incident(
        NewIncident(
            requester=emil,
            filed_by=emil,
            title="Mine too",
            text="Mine too",
            language="en",
            same_as_id=main.id,
        )
    )
    db.session.flush()
    stage.joined_id, stage.problem_id = joined.id, problem.id


def _can(verb: str, case: Case) -> MaySee:
    return lambda who: oracle.can(who, verb, case)


def team_id(visibility: str) -> int:
    """Return the id of the team of a class."""
    return db.session.scalars(select(Team.id).where(Team.key == TEAMS[visibility])).one()
