"""The demo's incidents are believable: in order, in both languages, with what they promise."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from servicedesk.database import db, now
from servicedesk.demo.company import read_company, read_incidents
from servicedesk.incidents.message_text import article_slugs
from servicedesk.incidents.models import (
    Incident,
    IncidentEvent,
    InternalNote,
    KnownProblem,
    Message,
    SolvingArticle,
)
from servicedesk.incidents.suggestions.same_as import list_offers
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.queries import readable_ids
from servicedesk.people.models import Person

pytestmark = pytest.mark.xdist_group("demo")
_OPEN = ("new", "in_progress", "waiting")


@pytest.fixture
def incidents(demo: Flask) -> Iterator[list[Incident]]:
    with demo.app_context():
        yield list(db.session.scalars(select(Incident).order_by(Incident.id)))
        db.session.remove()


def _count(of: type[Message] | type[InternalNote] | type[IncidentEvent]) -> dict[int, int]:
    rows = select(of.incident_id, func.count()).group_by(of.incident_id)
    return dict(db.session.execute(rows).all())


def test_three_months_of_work_in_all_states(incidents: list[Incident]) -> None:
    ages = [(now() - incident.created_at).days for incident in incidents]
    assert len(incidents) == 60
    assert 80 <= max(ages) <= 95
    assert {incident.state for incident in incidents} == {*_OPEN, "resolved", "closed"}
    assert len({incident.assignee_id for incident in incidents if incident.is_open}) > 5
    assert {incident.channel for incident in incidents} == {"web", "mail", "phone", "chat"}
    assert {incident.team.key for incident in incidents} == {team.key for team in read_company().teams}


def test_both_languages_are_spoken(incidents: list[Incident]) -> None:
    polish = [incident for incident in incidents if incident.language == "pl"]
    assert 22 <= len(polish) <= 28
    assert all(re.search("[ąćęłńóśźż]", incident.text + incident.title) for incident in polish)


def test_no_two_reports_read_alike(incidents: list[Incident]) -> None:
    assert len({incident.title for incident in incidents}) == len(incidents)
    assert len({incident.text for incident in incidents}) == len(incidents)


def test_most_were_solved_by_an_article_and_the_rest_say_why_not(incidents: list[Incident]) -> None:
    solved = set(db.session.scalars(select(SolvingArticle.incident_id)))
    ended = [incident for incident in incidents if not incident.is_open]
    assert len(solved) >= 38
    assert {incident.id for incident in ended if incident.resolution == "article"} == solved
    assert {incident.resolution for incident in ended} == {"article", "not_needed", "proposed"}
    per_article = select(func.count()).select_from(SolvingArticle).group_by(SolvingArticle.article_id)
    assert len([count for count in db.session.scalars(per_article) if count > 1]) >= 5


def test_people_talk_and_staff_take_notes(incidents: list[Incident]) -> None:
    messages, notes = _count(Message), _count(InternalNote)
    with_desk = [incident for incident in incidents if incident.assignee_id]
    assert all(1 <= messages.get(incident.id, 0) <= 4 for incident in with_desk)
    assert len(notes) >= len(incidents) // 3
    assert all(_count(IncidentEvent)[incident.id] >= 1 for incident in incidents)


def test_nothing_happens_before_it_began_or_after_now(incidents: list[Incident]) -> None:
    for incident in incidents:
        times = (incident.created_at, incident.first_response_at, incident.resolved_at, incident.closed_at)
        known = [time for time in times if time]
        assert known == sorted(known), incident.title
        assert known[-1] <= incident.updated_at <= now(), incident.title
        events = db.session.scalars(
            select(IncidentEvent.at)
            .where(IncidentEvent.incident_id == incident.id)
            .order_by(IncidentEvent.id)
        ).all()
        assert list(events) == sorted(events), incident.title
    assert [incident.created_at for incident in incidents] == sorted(i.created_at for i in incidents)


def test_each_article_that_is_named_can_be_read_by_the_requester(incidents: list[Incident]) -> None:
    slugs = dict(db.session.execute(select(Article.slug, Article.id)).all())
    for incident in incidents:
        texts = db.session.scalars(select(Message.text).where(Message.incident_id == incident.id))
        readable = set(readable_ids(incident.requester))
        for slug in article_slugs(texts):
            assert slugs.get(slug) in readable, f"{incident.title}: {slug}"
    wanted = {slug for told in read_incidents() for slug in told.get("solved_by", ())}
    assert wanted <= slugs.keys()


def test_only_members_of_its_team_worked_on_an_incident(incidents: list[Incident]) -> None:
    members = {team.key: set(team.members) for team in read_company().teams}
    for incident in incidents:
        if incident.assignee:
            assert incident.assignee.user_name in members[incident.team.key], incident.title


def test_something_is_known_to_be_broken_and_something_is_about_to_be(incidents: list[Incident]) -> None:
    problem = db.session.scalars(select(KnownProblem).where(KnownProblem.ended_at.is_(None))).one()
    assert problem.title_en
    assert problem.title_pl
    joined = [incident for incident in incidents if incident.same_as_id == problem.incident_id]
    assert len(joined) == 2
    emily = db.session.scalars(select(Person).where(Person.user_name == "emily.brown")).one()
    offers = list_offers("Wi-Fi drops again and again on the fourth floor", seen_by=emily, language="en")
    assert [offer.colleagues for offer in offers if offer.category is not None] == [3]
    assert list_offers("My chair squeaks", seen_by=emily, language="en") == []


def test_articles_are_older_than_today_and_were_verified(incidents: list[Incident]) -> None:
    shipped = db.session.scalars(select(Article).where(Article.state == "published")).all()
    assert len(shipped) > 100
    for article in shipped:
        assert article.published_at
        assert article.verified_at
        assert article.published_at < article.verified_at < now()
        assert article.verified_by
        assert article.verified_by.user_name == "edyta.bak"
