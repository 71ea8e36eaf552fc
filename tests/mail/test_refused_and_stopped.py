"""One mailbox that takes no mail does not hide that mail stands still, and is no standstill itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from servicedesk.database import db, now
from servicedesk.mail.models import OutboxMail
from tests.factories import Cast
from tests.incidents.desk_work import answer
from tests.incidents.library import file
from tests.mail.mail_server import MailServer, mail_server
from tests.mail.test_sending import make_due, run_mail, send_to, states
from tests.services.programs import free_port
from tests.web.test_health import stamp

_STANDS = "Mail has been waiting for"
_REFUSED = "Some addresses do not take mail: 1 mails were refused"


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    """A plain server on loopback that the application sends to."""
    with mail_server() as running:
        send_to(app, f"smtp://127.0.0.1:{running.port}")
        yield running


def _age(app: Flask) -> None:
    """Let all mails have been written an hour ago."""
    with app.app_context():
        db.session.execute(update(OutboxMail).values(created_at=now() - timedelta(hours=1)))
        db.session.commit()


def _told(app: Flask, client: FlaskClient) -> tuple[str, str]:
    """Return what monitoring and the command for admins say."""
    return client.get("/readyz").text, app.test_cli_runner().invoke(args=["doctor"]).output


def test_one_mailbox_that_refuses_is_told_and_does_not_hide_a_standstill(
    app: Flask, cast: Cast, agent: FlaskClient, client: FlaskClient, server: MailServer
) -> None:
    stamp(app, with_newest=True)
    number = file(app, cast.ewa, "Printer", category="email")
    answer(agent, app, number, "Try again.")  # Waits behind the first.
    file(app, cast.olek, "Printer", category="email")
    server.handler.answers[:] = ["452 Mailbox full"]
    _age(app)
    run_mail(app)
    assert states(app).count("sent") == 1
    ready, found = _told(app, client)
    assert ("late: mail" in ready, _STANDS in found, _REFUSED in found) == (False, False, True), found
    send_to(app, f"smtp://127.0.0.1:{free_port()}")
    file(app, cast.lena, "Printer", category="email")
    _age(app)
    run_mail(app)
    ready, found = _told(app, client)
    assert ("late: mail" in ready, _STANDS in found) == (True, True)


def test_a_server_that_refuses_everything_is_a_standstill(
    app: Flask, cast: Cast, client: FlaskClient, server: MailServer
) -> None:
    stamp(app, with_newest=True)
    for person in (cast.ewa, cast.olek):
        file(app, person, "Printer", category="email")
    server.handler.answers[:] = ["454 Not now"] * 2
    _age(app)
    run_mail(app)
    assert "late: mail" in client.get("/readyz").text
    make_due(app)
    run_mail(app)
    assert states(app) == ["sent", "sent"]
    assert "late: mail" not in client.get("/readyz").text
