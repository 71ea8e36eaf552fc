"""Writes the demo company into an empty database: people, teams, categories, three months of incidents."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from servicedesk.database import db, now
from servicedesk.demo.company import Company, read_data, read_incidents
from servicedesk.demo.telling import Story, World
from servicedesk.desk.models import Category, Team, TeamMember
from servicedesk.errors import N_, ConflictError
from servicedesk.incidents.models import Incident
from servicedesk.knowledge.models import Article, ArticleFeedback, SyncedFile
from servicedesk.people import rules
from servicedesk.people.models import Person

_FIRST_NUMBER = 1001
_FOUNDED = timedelta(days=400)
_WRITTEN = timedelta(days=150)


def is_loaded(company: Company) -> bool:
    """Tell whether the demo company is there. Raises ConflictError when others are."""
    keys = [person.directory_key for person in company.people]
    if db.session.scalar(select(func.count()).where(Person.directory_key.in_(keys))):
        return True
    others = select(Person.id).where(Person.directory_key.is_not(None))
    if db.session.scalars(others.limit(1)).first() or db.session.scalars(select(Team.id).limit(1)).first():
        raise ConflictError(
            N_("This database has people or teams already. The demo company is only for an empty one.")
        )
    return False


def load(company: Company, *, time_zone: str) -> None:
    """Write the company. The articles that ship must be there already; the caller commits."""
    people = _write_people(company)
    categories = _write_desk(company, people)
    articles = {article.slug: article for article in db.session.scalars(select(Article))}
    world = World(people, categories, articles, now(), ZoneInfo(time_zone))
    _date_articles(world, editor=people[company.accounts["editor"]])
    _write_incidents(world)
    _write_feedback(world)


def _write_people(company: Company) -> dict[str, Person]:
    roles = {role: tuple(names) for role, names in company.settings_groups()["roles"].items()}
    people = {}
    for person in company.people:
        groups = company.groups_of(person.user_name)
        people[person.user_name] = Person(
            directory_key=person.directory_key,
            user_name=person.user_name,
            mail=person.mail,
            display_name=person.name,
            department=person.department,
            telephone=person.telephone,
            language=person.language,
            roles=rules.roles_from_groups(groups, roles),
            groups=sorted(groups),
            created_at=now() - _FOUNDED,
        )
    db.session.add_all(people.values())
    db.session.flush()
    return people


def _write_desk(company: Company, people: Mapping[str, Person]) -> dict[str, Category]:
    teams = {
        team.key: Team(key=team.key, name_en=team.en, name_pl=team.pl, visibility=team.visibility)
        for team in company.teams
    }
    for team in company.teams:
        teams[team.key].members = [
            TeamMember(person=people[name], is_lead=name == team.members[0]) for name in team.members
        ]
    categories = {
        category.key: Category(
            key=category.key,
            name_en=category.en,
            name_pl=category.pl,
            team=teams[category.team],
            position=position,
        )
        for position, category in enumerate(company.categories)
    }
    db.session.add_all([*teams.values(), *categories.values()])
    db.session.flush()
    return categories


def _date_articles(world: World, *, editor: Person) -> None:
    """Let the articles that ship be some months old and verified since, one after the other."""
    shipped = select(Article).join(SyncedFile, SyncedFile.article_id == Article.id)
    untouched = Article.verified_at.is_(None), Article.newest_number == 1
    for number, article in enumerate(db.session.scalars(shipped.where(*untouched).order_by(Article.id))):
        written_at = world.at - _WRITTEN - timedelta(hours=number)
        article.created_at = article.published_at = written_at
        if article.published_revision:
            article.published_revision.created_at = written_at
        article.verified_at = world.at - timedelta(days=4 + number * 7 % 110, minutes=number * 37)
        article.verified_by = editor


def _write_incidents(world: World) -> None:
    """Write them in the order in which they were filed: that is the order of their numbers."""
    by_name: dict[str, Incident] = {}
    told_in_order = sorted(read_incidents(), key=world.begin)
    for number, told in enumerate(told_in_order, start=_FIRST_NUMBER):
        same_as = by_name[told["same_as"]] if "same_as" in told else None
        incident = Story(told, world, incident_id=number, same_as=same_as).write()
        if incident.state != told.get("state", incident.state):
            raise ValueError(f"'{incident.title}' should be {told['state']} and is {incident.state}.")
        by_name[told.get("id", "")] = incident
    if db.engine.dialect.name == "postgresql":
        # Numbers that we give ourselves do not move the sequence on.
        last = _FIRST_NUMBER + len(told_in_order) - 1
        db.session.execute(
            text("SELECT setval(pg_get_serial_sequence('incidents', 'id'), :last)"), {"last": last}
        )


def _write_feedback(world: World) -> None:
    for number, said in enumerate(read_data("feedback.yaml")):
        article_id = world.articles[said["article"]].id
        answers = dict.fromkeys(said["helped"], ("", "")) | said.get("not", {})
        for place, (name, (reason, comment)) in enumerate(answers.items()):
            db.session.add(
                ArticleFeedback(
                    article_id=article_id,
                    person_id=world.people[name].id,
                    solved=name in said["helped"],
                    reason=reason,
                    comment=comment,
                    at=world.at - timedelta(days=3 + number * 2 + place * 11, minutes=place * 97),
                )
            )
