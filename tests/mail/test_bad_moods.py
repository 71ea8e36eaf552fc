"""Whatever a mail server does, an attempt ends in time, nothing is lost, and one mail never holds up those of others."""

import time

import pytest
from flask import Flask
from sqlalchemy import select, update

from servicedesk.database import db
from servicedesk.incidents.models import Incident
from servicedesk.mail import rules
from servicedesk.mail.models import OutboxMail
from servicedesk.people.models import Person
from tests.drill import Drill
from tests.factories import Cast
from tests.incidents.library import file
from tests.mail.mail_server import mail_server
from tests.mail.moody_server import CLOSE, DRIP, FLOOD, SILENCE, moody_server
from tests.mail.test_sending import make_due, run_mail, send_to, states

_HOURS_S = 60.0  # Far less than a drip without a limit takes, far more than the limit of the tests.
STAGES = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "content")
MOODS: dict[str, tuple[str, bytes | str]] = {
    **{f"{mood} at {stage}": (stage, mood) for mood in (CLOSE, FLOOD) for stage in STAGES},
    **{f"{DRIP} at {stage}": (stage, DRIP) for stage in ("greeting", "EHLO", "content")},
    **{f"{SILENCE} at {stage}": (stage, SILENCE) for stage in ("greeting", "RCPT", "content")},
    **{f"4xx at {stage}": (stage, b"451 4.3.0 Later\r\n") for stage in STAGES},
    **{f"5xx at {stage}": (stage, b"554 5.7.1 No\r\n") for stage in STAGES},
    **{f"421 at {stage}": (stage, b"421 4.3.2 Going down\r\n") for stage in STAGES},
    **{f"garbage at {stage}": (stage, b"\xff\xfe\0\r\nHTTP/1.1 400 Bad\r\n\r\n") for stage in STAGES},
    "an oversized line": ("EHLO", b"250-" + b"x" * 1_000_000 + b"\r\n250 OK\r\n"),
    "two answers for one question": ("MAIL", b"250 OK\r\n250 OK\r\n451 Later\r\n"),
    "an answer that is half there": ("RCPT", b"25"),
    "TLS spoken to plain": ("greeting", b"\x16\x03\x03\0\x02\x02\x28"),
}


@pytest.mark.drill
@pytest.mark.parametrize("name", MOODS)
def test_an_attempt_ends_in_time_and_loses_nothing(app: Flask, cast: Cast, drill: Drill, name: str) -> None:
    stage, mood = MOODS[name]
    file(app, cast.ewa, "Printer", category="email")
    with moody_server(**{stage: mood}) as server:
        send_to(app, f"smtp://127.0.0.1:{server.port}", attempt_s=1)
        began = time.monotonic()
        run_mail(app)
        held_up_s = time.monotonic() - began
        assert held_up_s < _HOURS_S
    assert states(app) in (["waiting"], ["sent"])
    assert states(app) == ["waiting"] or server.recipients == ["ewa@example.com"]
    with mail_server() as well:
        send_to(app, f"smtp://127.0.0.1:{well.port}")
        make_due(app)
        run_mail(app)
        # A server that breaks off after it took a mail gets it again: as the same mail, which a mailbox shows once.
        arrived = {*server.message_ids, *(str(message["Message-ID"]) for message in well.handler.messages())}
    drill.tell(
        "mails to a server in bad moods", tried=1, acknowledged=1, lost=int(not arrived),
        doubled=max(0, len(arrived) - 1), held_up_s=held_up_s,
    )  # fmt: skip
    assert states(app) == ["sent"]


@pytest.mark.parametrize(
    "name", [name for name, (stage, _) in MOODS.items() if stage in ("RCPT", "DATA", "content")]
)
def test_what_a_server_does_over_one_mail_holds_up_no_other(app: Flask, cast: Cast, name: str) -> None:
    stage, mood = MOODS[name]
    for person in (cast.ewa, cast.ewa, cast.olek):
        file(app, person, "Printer", category="email")
    with app.app_context():
        # The others come before, between and after.
        db.session.execute(update(OutboxMail).where(OutboxMail.id == 1).values(recipient_id=cast.lena))
        db.session.execute(update(Incident).where(Incident.id == 1).values(requester_id=cast.lena))
        db.session.commit()
    with moody_server(**{stage: mood}) as server:
        server.only_for = "ewa@"
        send_to(app, f"smtp://127.0.0.1:{server.port}")
        run_mail(app)
        assert {"lena@example.com", "olek@example.com"} <= set(server.recipients)
    assert states(app)[0] == states(app)[2] == "sent"


@pytest.mark.parametrize("mood", [DRIP, SILENCE, CLOSE, FLOOD, b"500 Stay\r\n"])
def test_a_server_that_does_not_let_go_has_taken_the_mail(app: Flask, cast: Cast, mood: bytes | str) -> None:
    for person in (cast.ewa, cast.olek):
        file(app, person, "Printer", category="email")
    with moody_server(QUIT=mood) as server:
        send_to(app, f"smtp://127.0.0.1:{server.port}")
        began = time.monotonic()
        run_mail(app)
        assert time.monotonic() - began < _HOURS_S
        assert sorted(server.recipients) == ["ewa@example.com", "olek@example.com"]
    assert states(app) == ["sent", "sent"]


def test_addresses_that_the_server_does_not_take_are_given_up_alone(app: Flask, cast: Cast) -> None:
    """A domain with letters of other languages goes out as an A-label; a name before the @ cannot."""
    for person in (cast.ewa, cast.lena, cast.olek):
        file(app, person, "Printer", category="email")
    with app.app_context():
        db.session.get_one(Person, cast.ewa).mail = "ewa@żółw.example"
        db.session.get_one(Person, cast.lena).mail = "żaneta@example.com"
        db.session.commit()
    with moody_server() as server:
        send_to(app, f"smtp://127.0.0.1:{server.port}")
        run_mail(app)
        assert server.recipients == ["ewa@xn--w-uga1v8h.example", "olek@example.com"]
    assert states(app) == ["sent", "failed", "sent"]
    with app.app_context():
        reason = db.session.scalar(select(OutboxMail.last_error).where(OutboxMail.state == "failed")) or ""
    assert rules.reason(reason) == "The mail server takes no address with letters like these."


def test_a_server_that_takes_such_addresses_gets_the_mail(app: Flask, cast: Cast) -> None:
    file(app, cast.ewa, "Drukarka się zacięła", category="email")
    with app.app_context():
        db.session.get_one(Person, cast.ewa).mail = "żaneta@żółw.example"
        db.session.commit()
    with moody_server(EHLO=b"250-desk\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n") as server:
        send_to(app, f"smtp://127.0.0.1:{server.port}")
        run_mail(app)
        assert server.recipients == ["żaneta@xn--w-uga1v8h.example"]
        assert server.subjects == ["[INC-1] Drukarka się zacięła"]


def test_many_odd_addresses_hold_up_nobody(app: Flask, cast: Cast) -> None:
    with app.app_context():
        odd = [
            Person(
                user_name=f"odd{n}", directory_key=f"k{n}", display_name="Odd", mail=f"żaba{n}@example.com"
            )
            for n in range(24)
        ]
        db.session.add_all(odd)
        db.session.commit()
        ids = [person.id for person in odd]
    for person_id in (*ids, cast.ewa):
        file(app, person_id, "Printer", category="email")
    with moody_server() as server:
        send_to(app, f"smtp://127.0.0.1:{server.port}")
        run_mail(app)
        assert server.recipients == ["ewa@example.com"]
    assert states(app) == ["failed"] * 24 + ["sent"]


def test_a_mail_that_cannot_even_be_written_holds_up_no_other(app: Flask, cast: Cast) -> None:
    for person in (cast.ewa, cast.olek):
        file(app, person, "Printer", category="email")
    with app.app_context():
        db.session.execute(update(OutboxMail).where(OutboxMail.id == 1).values(kind="no such event"))
        db.session.commit()
    with moody_server() as server:
        send_to(app, f"smtp://127.0.0.1:{server.port}")
        run_mail(app)
        assert server.recipients == ["olek@example.com"]
    assert states(app) == ["waiting", "sent"]
    with app.app_context():
        error = db.session.scalar(select(OutboxMail.last_error).where(OutboxMail.id == 1))
    assert error == "The mail could not be written."


def test_a_server_that_ends_each_connection_after_one_mail_gets_all(app: Flask, cast: Cast) -> None:
    for person in (cast.ewa, cast.olek, cast.lena):
        file(app, person, "Printer", category="email")
    with moody_server(content=b"250 2.0.0 Queued\r\n") as server:
        server.mails_a_connection = 1
        send_to(app, f"smtp://127.0.0.1:{server.port}")
        run_mail(app)
        assert len(server.recipients) == 3
    assert states(app) == ["sent"] * 3
