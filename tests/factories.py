"""The fixed cast of people, teams and categories, and short ways to make what a test needs."""

from dataclasses import dataclass, fields

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db, now
from servicedesk.desk.models import Category, Team, TeamMember
from servicedesk.people import sessions
from servicedesk.people.models import Person


@dataclass(frozen=True)
class Cast:
    """Ids of the people that all tests know.

    ewa and olek are employees (olek reads Polish and is in the directory group "Finance"); anna and piotr are agents of the
    service desk team; nina is an agent of the network team; hanna is an agent of the restricted HR team; lena is an agent
    of the legal team (visibility "team"); edyta is an editor; adam is an admin; zoe has left (not active).
    """

    ewa: int
    olek: int
    anna: int
    piotr: int
    nina: int
    hanna: int
    lena: int
    edyta: int
    adam: int
    zoe: int

    @classmethod
    def load(cls) -> "Cast":
        """Read the ids from the database."""
        rows = db.session.execute(select(Person.user_name, Person.id)).all()
        ids = {row.user_name: row.id for row in rows}
        return cls(**{field.name: ids[field.name] for field in fields(cls)})


_PEOPLE: tuple[tuple[str, str, list[str], list[str], str], ...] = (
    ("ewa", "Ewa Nowak", [], [], "en"),
    ("olek", "Olek Żak", [], ["Finance"], "pl"),
    ("anna", "Anna Lis", ["agent"], ["IT staff"], "en"),
    ("piotr", "Piotr Wąs", ["agent"], ["IT staff"], "pl"),
    ("nina", "Nina Sowa", ["agent"], ["IT staff", "Network"], "en"),
    ("hanna", "Hanna Kot", ["agent"], ["HR"], "en"),
    ("lena", "Lena Mech", ["agent"], ["Legal"], "en"),
    ("edyta", "Edyta Bąk", ["editor"], [], "en"),
    ("adam", "Adam Ryś", ["admin"], [], "en"),
    ("zoe", "Zoe Gil", [], [], "en"),
)
_TEAMS = (
    ("service-desk", "Service desk", "Dział wsparcia", "normal", ("anna", "piotr")),
    ("network", "Network", "Sieć", "normal", ("nina",)),
    ("legal", "Legal", "Dział prawny", "team", ("lena",)),
    ("hr", "Human resources", "Kadry", "restricted", ("hanna",)),
)
_CATEGORIES = (
    ("email", "E-mail", "Poczta", "service-desk"),
    ("network", "Network and VPN", "Sieć i VPN", "network"),
    ("contracts", "Contracts", "Umowy", "legal"),
    ("payroll", "Payroll", "Płace", "hr"),
    ("other", "Something else", "Coś innego", "service-desk"),
)


def make_cast() -> None:
    """Write the cast, their teams and the categories; the caller commits."""
    people = {}
    for user_name, display_name, roles, groups, language in _PEOPLE:
        people[user_name] = Person(
            directory_key=f"entryuuid:{user_name}", user_name=user_name, mail=f"{user_name}@example.com",
            display_name=display_name, roles=roles, groups=groups, language=language,
        )  # fmt: skip
    people["zoe"].is_active, people["zoe"].disabled_at = False, now()
    teams = {}
    for key, name_en, name_pl, visibility, members in _TEAMS:
        teams[key] = Team(key=key, name_en=name_en, name_pl=name_pl, visibility=visibility)
        teams[key].members = [TeamMember(person=people[name], is_lead=name == members[0]) for name in members]
    categories = [
        Category(key=key, name_en=name_en, name_pl=name_pl, team=teams[team], position=position)
        for position, (key, name_en, name_pl, team) in enumerate(_CATEGORIES)
    ]
    db.session.add_all([*people.values(), *teams.values(), *categories])


def sign_in(app: Flask, person_id: int) -> FlaskClient:
    """Return a browser in which this person is signed in."""
    client = app.test_client()
    with app.app_context():
        cookie = sessions.start(db.session.get_one(Person, person_id), network="127.0.0.1", browser="tests")
        db.session.commit()
    client.set_cookie(sessions.cookie_name(is_https=False), cookie)
    return client
