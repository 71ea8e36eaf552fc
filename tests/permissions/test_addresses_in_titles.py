"""A title stands in lists, heads of pages and mails as it is: it names no article by its address, whose words are a title's."""

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, update

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.incidents.models import Incident, KnownProblem
from servicedesk.operating.jobs.running import run_safely
from servicedesk.people.models import Person
from servicedesk.web.settings import current_settings
from tests.conftest import MIGRATIONS
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import send
from tests.incidents.library import file, publish
from tests.permissions.background import read_spool

_SLUG = "layoffs-in-gdynia"
_TITLES = [
    (f"About article:{_SLUG} here", "en", "About here"),
    (f"article:{_SLUG}", "en", "An article"),
    (f"article:{_SLUG}", "pl", "Artykuł"),
    (f"(article:{_SLUG}) is gone", "en", "() is gone"),
    (
        "See (https://wiki.example.com/article:about-us), please",
        "en",
        "See (https://wiki.example.com/article:about-us), please",
    ),
    ("Article: how to?", "en", "Article: how to?"),
]


def _title(app: Flask, number: int) -> str:
    with app.app_context():
        return db.session.scalars(select(Incident.title).where(Incident.id == number)).one()


@pytest.mark.parametrize(("typed", "language", "kept"), _TITLES)
def test_nobody_sees_an_address_in_the_title_of_a_new_incident(
    app: Flask, cast: Cast, typed: str, language: str, kept: str
) -> None:
    publish(app, _SLUG, "Layoffs in Gdynia", audience="group:Finance")
    olek = sign_in(app, cast.olek)
    sent = {"title": typed, "text": "It is not there.", "impact": "3", "urgency": "2", "key": "k"}
    with app.app_context():
        db.session.execute(update(Person).where(Person.id == cast.olek).values(language=language))
        db.session.commit()
    assert olek.post("/incidents", data=sent).status_code == 303
    with app.app_context():
        number = db.session.scalars(select(Incident.id)).one()
        assert run_safely(next(job for job in jobs.JOBS if job.name == "mail"))
        spool = current_settings().mail.spool_dir
    assert _title(app, number) == kept
    anna = sign_in(app, cast.anna)
    pages = [anna.get("/queue").text, anna.get(f"/incidents/{number}").text, str(read_spool(spool))]
    assert not [page for page in pages if _SLUG in page]


@pytest.mark.parametrize(("typed", "language", "kept"), _TITLES)
def test_an_upgrade_takes_them_out_of_old_titles(
    app: Flask, cast: Cast, typed: str, language: str, kept: str
) -> None:
    number = file(app, cast.olek, "It is not there.")
    with app.app_context():
        db.session.execute(update(Incident).values(title=typed, language=language))
        db.session.commit()
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0016")
        flask_migrate.upgrade(directory=str(MIGRATIONS))
    assert _title(app, number) == kept


def test_a_known_problem_names_none(app: Flask, cast: Cast) -> None:
    number = file(app, cast.ewa, "The network is slow")
    titles = {"title_en": f"As article:{_SLUG} says", "title_pl": f"article:{_SLUG}"}
    assert send(sign_in(app, cast.anna), app, number, "known-problem", **titles).status_code == 303
    with app.app_context():
        problem = db.session.scalars(select(KnownProblem)).one()
        assert (problem.title_en, problem.title_pl) == ("As says", "Artykuł")
