"""The re-check of many people writes a little at a time, and of those who are as before nearly nothing."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from servicedesk.database import db, now
from servicedesk.directory.current import current_directory
from servicedesk.people import actions
from servicedesk.people.models import Person
from tests.directory.company import many_people_ldif
from tests.factories import sign_in
from tests.incidents.library import QueryCounter
from tests.people.conftest import MakeApp, ldap_settings
from tests.services.slapd import start_slapd

_MANY = 150


@pytest.fixture
def busy(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with many people of its directory signed in, all of them asked about long ago."""
    server = start_slapd(tmp_path_factory.mktemp("busy") / "slapd", ldif=many_people_ldif(_MANY))
    app = make_app(**ldap_settings(server))
    result = app.test_cli_runner().invoke(args=["people", "sync", "--apply", "--i-know"])
    assert result.exit_code == 0, result.output
    with app.app_context():
        ids = db.session.scalars(
            select(Person.id).where(Person.is_active, Person.directory_key.is_not(None))
        ).all()
    for person_id in ids:
        sign_in(app, person_id)
    with app.app_context():
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(minutes=10)))
        db.session.commit()
    yield app
    server.program.stop()


def test_a_few_at_a_time_and_in_few_statements(busy: Flask) -> None:
    at_each_commit = [0]
    with QueryCounter(busy) as counter, busy.app_context():
        for done in actions.recheck_live_accounts(current_directory(), by_role={}):
            db.session.commit()
            at_each_commit.append(done.confirmed)
        statements = list(counter.statements)
    assert done == actions.Recheck(confirmed=_MANY, shut_out=0, is_complete=True)
    assert max(after - before for before, after in itertools.pairwise(at_each_commit)) == 20
    assert len(statements) < _MANY, statements
    with busy.app_context():
        recent = Person.state_checked_at > now() - timedelta(minutes=2)
        assert db.session.scalar(select(func.count()).select_from(Person).where(recent)) == _MANY
