"""A class of a team, or a role, that this version does not know falls to the narrow side (permissions.md §1)."""

from datetime import timedelta
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import update

import config
from servicedesk import jobs
from servicedesk.database import db
from servicedesk.desk.models import Team
from servicedesk.operating.jobs.running import Job, run_safely
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, send, team_id
from tests.incidents.library import file, publish
from tests.permissions.test_known_words import MIGRATIONS


@pytest.mark.parametrize("words", ["sealed", "", "Normal", "team ", "RESTRICTED"])
def test_incidents_of_a_class_that_nobody_knows_are_restricted(
    app: Flask, cast: Cast, settings: config.Settings, words: str
) -> None:
    number = file(app, cast.ewa, "My salary is wrong")
    assert send(sign_in(app, cast.anna), app, number, "team", team_id=team_id(app, "hr")).status_code == 303
    with app.app_context():
        # A database in which nothing refuses it, as of another version.
        flask_migrate.downgrade(directory=MIGRATIONS, revision="0021")
        db.session.execute(update(Team).where(Team.key == "hr").values(visibility=words))
        db.session.commit()
    for person_id in (cast.adam, cast.anna, cast.nina):
        assert sign_in(app, person_id).get(f"/incidents/{number}").status_code == 404
        assert "salary" not in sign_in(app, person_id).get("/queue").text
    member = sign_in(app, cast.hanna)
    assert member.get(f"/incidents/{number}").status_code == 200
    answer(member, app, number, "It is 4,000 now.")
    with app.app_context():
        assert run_safely(Job("mail", timedelta(0), jobs.send_mail))
    letters = [path.read_text() for path in settings.mail.spool_dir.glob("*.eml")]
    assert letters
    assert not [letter for letter in letters if "4,000" in letter or "salary" in letter]


@pytest.mark.parametrize("roles", [["auditor"], ["Admin"], ["agent "], "administrator", {"admin": 1}, None])
def test_a_role_that_nobody_knows_gives_nothing(app: Flask, cast: Cast, roles: Any) -> None:
    publish(app, "how-we-do-it", "How we do it", audience="staff")
    number = file(app, cast.ewa, "My mouse is broken")
    with app.app_context():
        db.session.execute(update(Person).where(Person.id == cast.olek).values(roles=roles))
        db.session.commit()
    olek, plain = sign_in(app, cast.olek), sign_in(app, cast.ewa)
    assert sign_in(app, cast.anna).get("/articles/how-we-do-it").status_code == 200
    for path in ("/articles/how-we-do-it", "/articles/new", "/queue", "/admin/state", f"/incidents/{number}"):
        own = path.startswith("/incidents")
        assert olek.get(path).status_code == (404 if own else plain.get(path).status_code), path
        assert olek.get(path).status_code in (403, 404), path
    assert olek.get("/").status_code == 200
