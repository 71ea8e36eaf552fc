"""Random worlds: a few people, teams, incidents and articles, drawn by hypothesis and written as rows."""

from dataclasses import dataclass

from hypothesis import strategies as st
from sqlalchemy import insert

from servicedesk.database import db, now
from servicedesk.desk.models import Team, TeamMember
from servicedesk.incidents.models import Incident, Watcher
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.people.models import Person
from tests.permissions import matrix
from tests.permissions.oracle import Case, Paper, Somebody

GROUPS = ("Finance", "Płace", "a,b+c")
AUDIENCES = ("everyone", "staff", *(f"group:{name}" for name in GROUPS), "group:staff", "group:Fin")
TEAM_COUNT = 4
_ROLES = ("agent", "editor", "admin")
_STATES = ("draft", "published", "archived")
_FIRST_ID = 5_000


@dataclass(frozen=True)
class World:
    """People, cases and papers; the index in each tuple is the row's id minus `FIRST_ID`."""

    people: tuple[Somebody, ...]
    team_classes: tuple[str, ...]
    cases: tuple[Case, ...]
    papers: tuple[Paper, ...]


def _subset(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    """Draw a subset by one number, which is much cheaper than a draw for each element."""
    return st.integers(0, 2 ** len(values) - 1).map(
        lambda bits: frozenset(value for place, value in enumerate(values) if bits >> place & 1)
    )


_TEAMS = tuple(f"team{number}" for number in range(TEAM_COUNT))


@st.composite
def _people(draw: st.DrawFn) -> tuple[Somebody, ...]:
    def somebody(number: int) -> Somebody:
        teams = draw(_subset(_TEAMS))
        return Somebody(
            name=f"p{number}",
            roles=draw(_subset(_ROLES)),
            groups=draw(_subset(GROUPS)),
            teams=teams,
            leads=draw(_subset(_TEAMS)) & teams,
        )

    return tuple(somebody(number) for number in range(draw(st.integers(2, 5))))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world."""
    people = draw(_people())
    names = tuple(person.name for person in people)
    classes = tuple(draw(st.sampled_from(matrix.CLASSES)) for _ in _TEAMS)
    teams = st.integers(0, TEAM_COUNT - 1)
    cases = []
    for _ in range(draw(st.integers(1, 8))):
        team = draw(teams)
        watchers = draw(_subset(names))
        cases.append(Case(_TEAMS[team], classes[team], draw(st.sampled_from(names)), watchers))
    papers = draw(
        st.lists(
            st.builds(
                Paper,
                state=st.sampled_from(_STATES),
                audience=st.sampled_from(AUDIENCES),
                newest_audience=st.sampled_from(AUDIENCES),
                created_by=st.sampled_from(names),
            ),
            max_size=8,
        )
    )
    return World(people, classes, tuple(cases), tuple(papers))


def number(place: int) -> int:
    """Return the id of the row at this place of a tuple of the world."""
    return _FIRST_ID + place


def write(world: World) -> list[Person]:
    """Write the world as rows, to be rolled back, and return its people in order."""
    db.session.execute(insert(Person), [_person_row(place, who) for place, who in enumerate(world.people)])
    db.session.execute(
        insert(Team),
        [
            {"id": number(place), "key": f"w-{key}", "name_en": key, "name_pl": key, "visibility": visibility}
            for place, (key, visibility) in enumerate(zip(_TEAMS, world.team_classes, strict=True))
        ],
    )
    _insert_some(TeamMember, _member_rows(world))
    db.session.execute(insert(Incident), [_incident_row(place, world) for place in range(len(world.cases))])
    _insert_some(Watcher, _watcher_rows(world))
    _write_papers(world)
    db.session.expire_all()
    return [db.session.get_one(Person, number(place)) for place in range(len(world.people))]


def _insert_some(table: type, rows: list[dict[str, object]]) -> None:
    if rows:
        db.session.execute(insert(table), rows)


def _person_row(place: int, who: Somebody) -> dict[str, object]:
    return {
        "id": number(place),
        "user_name": who.name,
        "display_name": who.name,
        "roles": sorted(who.roles),
        "groups": sorted(who.groups),
    }


def _member_rows(world: World) -> list[dict[str, object]]:
    return [
        {"team_id": number(_TEAMS.index(team)), "person_id": number(place), "is_lead": team in who.leads}
        for place, who in enumerate(world.people)
        for team in who.teams
    ]


def _incident_row(place: int, world: World) -> dict[str, object]:
    case = world.cases[place]
    requester = number(int(case.requester[1:]))
    return {
        "id": number(place),
        "title": f"Case {place}",
        "text": "Text",
        "language": "en",
        "requester_id": requester,
        "filed_by_id": requester,
        "team_id": number(_TEAMS.index(case.team)),
        "version": 1,
    }


def _watcher_rows(world: World) -> list[dict[str, object]]:
    return [
        {"incident_id": number(place), "person_id": number(int(name[1:])), "added_by_id": number(0)}
        for place, case in enumerate(world.cases)
        for name in case.watchers
    ]


def _write_papers(world: World) -> None:
    articles = [_article_row(place, paper) for place, paper in enumerate(world.papers)]
    revisions = [row for place, paper in enumerate(world.papers) for row in _revision_rows(place, paper)]
    _insert_some(Article, articles)
    _insert_some(ArticleRevision, revisions)


def _article_row(place: int, paper: Paper) -> dict[str, object]:
    return {
        "id": number(place),
        "slug": f"paper-{place}",
        "language": "en",
        "state": paper.state,
        "audience": paper.audience,
        "title": f"Paper {place}",
        "tags": [],
        "created_by_id": number(int(paper.created_by[1:])),
        "created_at": now(),
        "newest_number": 2,
        "version": 1,
    }


def _revision_rows(place: int, paper: Paper) -> list[dict[str, object]]:
    shared = {
        "article_id": number(place),
        "title": f"Paper {place}",
        "body": "",
        "html": "",
        "plain_text": "",
    }
    return [
        {**shared, "id": number(2 * place), "number": 1, "audience": paper.audience},
        {**shared, "id": number(2 * place + 1), "number": 2, "audience": paper.newest_audience},
    ]
