"""What older versions wrote into the full text: addresses of articles, found until the next message. They are forgotten."""

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, update

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.incidents import fulltext
from servicedesk.incidents.models import UnfindableIncident
from servicedesk.incidents.queries.learning import solved_texts
from servicedesk.knowledge.models import Article
from servicedesk.operating.jobs.running import run_safely
from tests.applications import leave_database
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer
from tests.incidents.library import file, publish, resolve
from tests.test_migrations import _MIGRATIONS as MIGRATIONS

_SLUG = "layoffs-in-gdynia"
_WORDS = ("layoffs", "gdynia", "contract", "carefully")
_AS_OLDER_VERSIONS_WROTE = {
    "sqlite": (
        "DELETE FROM incident_fulltext WHERE rowid = :id",
        "INSERT INTO incident_fulltext (rowid, terms) VALUES (:id, :terms)",
    ),
    "postgresql": (
        "DELETE FROM incident_fulltext WHERE incident_id = :id",
        "INSERT INTO incident_fulltext (incident_id, terms) VALUES (:id, to_tsvector('simple', :terms))",
    ),
}


@pytest.fixture
def number(app: Flask, cast: Cast) -> int:
    """An incident of an older version, whose requester and whose answer name an article; it is found by all of its words."""
    publish(app, _SLUG, "Layoffs in Gdynia")
    file(app, cast.olek, "Another contract")
    number = file(app, cast.olek, f"My contract, as article:{_SLUG} says")
    answer(sign_in(app, cast.anna), app, number, f"Read article:{_SLUG} carefully.")
    with app.app_context():
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0013")
        terms = " ".join(fulltext._token(term) for term in fulltext._stems(" ".join(_WORDS), "en"))
        for statement in _AS_OLDER_VERSIONS_WROTE[db.engine.dialect.name]:
            db.session.execute(db.text(statement), {"id": number, "terms": terms})
        db.session.commit()
    assert all(_found(app, cast, number).values())
    return number


def _found(app: Flask, cast: Cast, number: int) -> dict[str, bool]:
    piotr = sign_in(app, cast.piotr)
    return {word: f"/incidents/{number}" in piotr.get(f"/queue?q={word}&state=all").text for word in _WORDS}


def _upgrade(app: Flask) -> None:
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
    leave_database(app)


def _run_job(app: Flask) -> bool:
    with app.app_context():
        return run_safely(next(job for job in jobs.JOBS if job.name == "finding"))


def test_an_upgrade_forgets_them_at_once_and_a_job_finds_the_rest_again(
    app: Flask, cast: Cast, number: int
) -> None:
    _upgrade(app)
    assert not any(_found(app, cast, number).values())
    assert _found(app, cast, number - 1)["contract"], "Another incident is found as before."
    assert _run_job(app)
    only_own = {"layoffs": False, "gdynia": False, "contract": True, "carefully": True}
    assert _found(app, cast, number) == only_own
    with app.app_context():
        assert db.session.scalars(select(UnfindableIncident)).all() == []
        # What becomes of the article later is nothing to the full text.
        for state, audience in (
            ("draft", "staff"),
            ("published", "group:Finance"),
            ("published", "everyone"),
        ):
            db.session.execute(update(Article).values(state=state, audience=audience))
            db.session.commit()
            assert _found(app, cast, number) == only_own


def test_a_message_meanwhile_is_found_and_nothing_of_the_address(app: Flask, cast: Cast, number: int) -> None:
    _upgrade(app)
    answer(sign_in(app, cast.anna), app, number, f"As article:{_SLUG} said.")
    only_own = {"layoffs": False, "gdynia": False, "contract": True, "carefully": True}
    assert _found(app, cast, number) == only_own
    assert _run_job(app)
    assert _found(app, cast, number) == only_own


def test_the_search_learns_no_words_of_an_address(app: Flask, cast: Cast) -> None:
    publish(app, _SLUG, "Layoffs in Gdynia", audience="group:Finance")
    number = file(app, cast.olek, f"Where is article:{_SLUG}?\n\nI miss article:{_SLUG}, my form")
    resolve(app, number, publish(app, "sign-a-form", "Sign a form"), by=cast.anna)
    with app.app_context():
        (learned,) = solved_texts([number])
    assert "gdynia" not in f"{learned.title} {learned.body}"
    assert "my form" in learned.body
