"""Mails on their way: to a real SMTP server that fails in every way it can, and to files."""

import os
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

import config
from servicedesk import jobs
from servicedesk.database import db, now
from servicedesk.incidents.models import Incident, Watcher
from servicedesk.mail.models import OutboxMail
from servicedesk.operating.jobs.running import Job, run_safely
from servicedesk.people.models import Person
from servicedesk.web.settings import EXTENSION
from tests.factories import Cast
from tests.incidents.desk_work import answer, mails, send, team_id
from tests.incidents.library import file
from tests.mail.mail_server import MailServer, mail_server
from tests.services.certificates import Authority


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    """A plain server on loopback that the application sends to."""
    with mail_server() as running:
        send_to(app, f"smtp://127.0.0.1:{running.port}")
        yield running


def send_to(app: Flask, url: str, *, attempt_s: float = 4) -> None:
    """Let the application send its mail there from now on, each mail within a limit."""
    settings: config.Settings = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(
        settings, mail=replace(settings.mail, smtp_url=url, timeout_s=3, attempt_s=attempt_s)
    )


def run_mail(app: Flask) -> None:
    """Run the job once."""
    with app.app_context():
        assert run_safely(Job("mail", timedelta(0), jobs.send_mail))


def make_due(app: Flask) -> None:
    """Let all pauses and claims be over."""
    past = now() - timedelta(minutes=1)
    with app.app_context():
        db.session.execute(
            update(OutboxMail).where(OutboxMail.state == "waiting").values(next_attempt_at=past)
        )
        db.session.execute(update(OutboxMail).where(OutboxMail.state == "sending").values(claimed_until=past))
        db.session.commit()


def states(app: Flask) -> list[str]:
    """Return the states of all mails."""
    with app.app_context():
        return list(db.session.scalars(select(OutboxMail.state).order_by(OutboxMail.id)))


def test_a_mail_arrives_whole_and_says_that_it_is_automatic(
    app: Flask, cast: Cast, server: MailServer
) -> None:
    """No automatic answer comes back to it (security.md M5)."""
    number = file(app, cast.olek, "Drukarka się zacięła", category="email")
    run_mail(app)
    ((recipients, _raw),) = server.handler.taken
    (message,) = server.handler.messages()
    assert recipients == ["olek@example.com"]
    assert message["From"] == "Service desk <servicedesk@example.com>"
    assert message["To"] == "Olek Żak <olek@example.com>"
    assert message["Subject"] == f"[INC-{number}] Drukarka się zacięła"
    # On its way nobody reads from its name what happened, how often and to whom.
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", str(message["Message-ID"]))
    assert message["In-Reply-To"] == message["References"] == f"<incident-{number}@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Cc"] is None
    assert message["Bcc"] is None
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "Zgłoszenie zostało przyjęte" in text.get_content()
    assert f"http://localhost/incidents/{number}" in text.get_content()
    assert '<html lang="pl">' in html.get_content()
    assert states(app) == ["sent"]


def test_each_recipient_gets_an_own_envelope(
    app: Flask, cast: Cast, agent: FlaskClient, server: MailServer
) -> None:
    """Nobody learns who else is told (security.md M4)."""
    number = file(app, cast.ewa, "Printer", category="email")
    with app.app_context():
        db.session.add(Watcher(incident_id=number, person_id=cast.olek, added_by_id=cast.ewa))
        db.session.commit()
    answer(agent, app, number, "Try again.")
    run_mail(app)
    assert sorted(recipients for recipients, _ in server.handler.taken) == [
        ["ewa@example.com"], ["ewa@example.com"], ["olek@example.com"],
    ]  # fmt: skip
    assert all(
        b"olek" not in raw for recipients, raw in server.handler.taken if recipients == ["ewa@example.com"]
    )


def test_a_refused_mail_is_tried_again_under_the_same_name_and_holds_up_nobody_else(
    app: Flask, cast: Cast, server: MailServer
) -> None:
    server.handler.answers[:] = ["451 Try later", "550 No"]
    for person in (cast.ewa, cast.olek, cast.lena):
        file(app, person, "Printer", category="email")
    run_mail(app)
    assert states(app) == ["waiting", "waiting", "sent"]
    run_mail(app)
    assert states(app) == ["waiting", "waiting", "sent"]
    make_due(app)
    run_mail(app)
    assert states(app) == ["sent"] * 3
    names = [message["Message-ID"] for message in server.handler.messages()]
    assert len(set(names)) == len(names) == 3


def test_mails_about_one_incident_reach_one_person_in_order(
    app: Flask, cast: Cast, agent: FlaskClient, server: MailServer
) -> None:
    number = file(app, cast.ewa, "Printer", category="email")
    answer(agent, app, number, "Try again.")
    server.handler.answers[:] = ["451 Try later"]
    run_mail(app)
    assert states(app) == ["waiting", "waiting"]
    make_due(app)
    run_mail(app)
    with app.app_context():
        kinds = {
            f"<{mail.message_id}@example.com>": mail.kind for mail in db.session.scalars(select(OutboxMail))
        }
    assert [kinds[message["Message-ID"]] for message in server.handler.messages()] == [
        "filed",
        "answered_by_desk",
    ]


def test_nothing_is_lost_while_no_server_answers(app: Flask, cast: Cast) -> None:
    with mail_server() as gone:
        send_to(app, f"smtp://127.0.0.1:{gone.port}")
    for _ in range(3):
        file(app, cast.ewa, "Printer", category="email")
    run_mail(app)
    with app.app_context():
        waiting = db.session.scalars(select(OutboxMail)).all()
        assert {mail.state for mail in waiting} == {"waiting"}
        assert sorted(mail.attempts for mail in waiting) == [0, 0, 1]
        assert min(mail.next_attempt_at for mail in waiting) > now()
    with mail_server() as back:
        send_to(app, f"smtp://127.0.0.1:{back.port}")
        make_due(app)
        run_mail(app)
        assert len(back.handler.taken) == 3


def test_after_five_days_a_mail_is_given_up_and_shown(app: Flask, cast: Cast, server: MailServer) -> None:
    file(app, cast.ewa, "Printer", category="email")
    server.handler.answers[:] = ["451 Try later"] * 2
    with app.app_context():
        db.session.execute(update(OutboxMail).values(created_at=now() - timedelta(days=4, hours=23)))
        db.session.commit()
    run_mail(app)
    assert states(app) == ["waiting"]
    with app.app_context():
        db.session.execute(update(OutboxMail).values(created_at=now() - timedelta(days=5, seconds=1)))
        db.session.commit()
    make_due(app)
    run_mail(app)
    assert states(app) == ["failed"]


_SEND = """
import config
from servicedesk import jobs
from servicedesk.app import create_app
with create_app(config.load()).app_context():
    jobs.send_mail()
"""


def test_killed_between_sending_and_noting_it_sends_the_same_mail_again(
    app: Flask, cast: Cast, settings: config.Settings
) -> None:
    file(app, cast.ewa, "Printer", category="email")
    with mail_server() as server:
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)},
            "SERVICEDESK_INSTANCE_DIR": str(settings.instance_dir),
            "SERVICEDESK_DATABASE_URL": settings.database_url.replace("+psycopg", ""),
            "SERVICEDESK_SECRET_KEY": settings.secret_key,
            "SERVICEDESK_SMTP_URL": f"smtp://127.0.0.1:{server.port}",
            "PYTHONPATH": str(Path(config.__file__).parent),
        }
        for is_killed in (True, False):
            process = subprocess.Popen([sys.executable, "-c", _SEND], env=environ, stderr=subprocess.DEVNULL)
            if is_killed:
                server.handler.kills.append(process.pid)
            assert process.wait(60) == (-9 if is_killed else 0)
            assert states(app) == (["sending"] if is_killed else ["sent"])
            make_due(app)
        names = [message["Message-ID"] for message in server.handler.messages()]
        assert len(names) == 2
        assert len(set(names)) == 1


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_certificates_are_verified(
    app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """For mail as for the directory (security.md L5)."""
    file(app, cast.ewa, "Printer", category="email")
    trusted, stranger = Authority(tmp_path / "trusted"), Authority(tmp_path / "stranger")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.ca_file))
    cases = (
        (stranger.issue("other", "127.0.0.1"), "waiting"),
        (trusted.issue("wrong-host", "127.0.0.9"), "waiting"),
        (trusted.issue("expired", "127.0.0.1", is_expired=True), "waiting"),
        (trusted.issue("right", "127.0.0.1"), "sent"),
    )
    for certificate, state in cases:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.certificate_file, certificate.key_file)
        with mail_server(tls=context, is_implicit=scheme == "smtps") as server:
            send_to(app, f"{scheme}://127.0.0.1:{server.port}")
            make_due(app)
            run_mail(app)
            assert states(app) == [state]
            assert len(server.handler.taken) == (state == "sent")


def test_a_name_and_password_are_sent_over_tls_only(
    app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(app, cast.ewa, "Printer", category="email")
    authority = Authority(tmp_path)
    certificate = authority.issue("mail", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate_file, certificate.key_file)
    with mail_server(tls=context, password="p@ss word") as server:
        for password, state in (("wrong", "waiting"), ("p%40ss%20word", "sent")):
            send_to(app, f"smtp+starttls://desk:{password}@127.0.0.1:{server.port}")
            make_due(app)
            run_mail(app)
            assert states(app) == [state]


def test_without_a_server_each_mail_is_one_private_file(
    app: Flask, cast: Cast, settings: config.Settings
) -> None:
    file(app, cast.ewa, "Printer", category="email")
    run_mail(app)
    (path,) = settings.mail.spool_dir.iterdir()
    assert re.fullmatch(r"[0-9a-f]{32}\.eml", path.name)
    assert path.stat().st_mode & 0o077 == 0
    assert message_from_bytes(path.read_bytes(), policy=default)["To"] == "Ewa Nowak <ewa@example.com>"


def test_who_may_not_be_told_any_more_is_not_told(
    app: Flask, cast: Cast, agent: FlaskClient, server: MailServer
) -> None:
    number = file(app, cast.ewa, "Printer", category="email")
    with app.app_context():
        db.session.add(Watcher(incident_id=number, person_id=cast.olek, added_by_id=cast.ewa))
        db.session.commit()
    answer(agent, app, number, "Try again.")
    with app.app_context():
        db.session.delete(db.session.get_one(Watcher, (number, cast.olek)))
        db.session.get_one(Person, cast.ewa).is_active = False
        db.session.commit()
    run_mail(app)
    assert server.handler.taken == []
    assert {state for _, _, state in mails(app, number)} == {"withdrawn"}


def test_what_became_restricted_since_is_told_by_number_and_link_alone(
    app: Flask, cast: Cast, agent: FlaskClient, server: MailServer
) -> None:
    number = file(app, cast.ewa, "CANARYTITLE", category="email")
    answer(agent, app, number, "CANARYTEXT")
    send(agent, app, number, "team", team_id=team_id(app, "hr"))
    run_mail(app)
    assert len(server.handler.taken) == 2
    for message in server.handler.messages():
        assert message["Subject"] == f"[INC-{number}] Something is new"
        assert "CANARY" not in message.as_string()
        assert "Anna" not in message.as_string()


def test_no_mail_has_anything_of_a_note(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, server: MailServer
) -> None:
    number = file(app, cast.ewa, "Printer", category="email")
    agent.post(f"/incidents/{number}/notes", data={"note": "CANARYNOTE"})
    answer(agent, app, number, "Try again.")
    employee.post(f"/incidents/{number}/answer", data={"text": "No."})
    send(agent, app, number, "resolve", kind="not_needed", reason="other")
    run_mail(app)
    assert len(server.handler.taken) == 3
    assert all("CANARYNOTE" not in message.as_string() for message in server.handler.messages())


def test_a_mail_that_cannot_be_written_fails_alone(app: Flask, cast: Cast, server: MailServer) -> None:
    """One bad message holds up no other (security.md M6)."""
    for person_id in (cast.ewa, cast.olek):
        file(app, person_id, "Printer", category="email")
    with app.app_context():
        db.session.get_one(Person, cast.ewa).mail = "ewa@example.com\r\nBcc: evil@example.net"
        db.session.commit()
    run_mail(app)
    assert states(app) == ["failed", "sent"]
    assert [recipients for recipients, _ in server.handler.taken] == [["olek@example.com"]]


def test_an_incident_with_a_line_break_in_its_title_is_still_told_of(
    app: Flask, cast: Cast, server: MailServer
) -> None:
    number = file(app, cast.ewa, "Printer", category="email")
    with app.app_context():
        db.session.execute(update(Incident).values(title="Printer\r\nBcc: evil@example.net"))
        db.session.commit()
    run_mail(app)
    (message,) = server.handler.messages()
    assert message["Subject"] == f"[INC-{number}] Printer Bcc: evil@example.net"
    assert message["Bcc"] is None


def test_who_has_chosen_a_language_that_is_none_any_more_is_told_in_english(
    app: Flask, cast: Cast, agent: FlaskClient, server: MailServer
) -> None:
    with app.app_context():
        db.session.execute(update(Person).where(Person.id == cast.ewa).values(language="de"))
        db.session.commit()
    number = file(app, cast.ewa, "Printer", category="email")
    answer(agent, app, number, "Try again.")
    run_mail(app)
    assert states(app) == ["sent", "sent"]
