"""The outbox: claiming, pauses, and what two senders at once do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import update

from servicedesk import database
from servicedesk.database import db, now
from servicedesk.mail import outbox
from servicedesk.mail.models import OutboxMail
from tests.factories import Cast


def put(app: Flask, subject_id: int, *recipients: int, key: str = "filed") -> None:
    """Queue one mail for each recipient."""
    with app.app_context():
        event = outbox.Event(f"{key}.{subject_id}", "filed", "incident", subject_id, {})
        for recipient_id in recipients:
            outbox.put(event, recipient_id)
        db.session.commit()


def claim(app: Flask, at: datetime | None = None) -> int | None:
    """Claim the next mail and commit."""
    with app.app_context():
        database.start_writing()
        mail = outbox.claim_next(at or now())
        mail_id = mail.id if mail else None
        db.session.commit()
        return mail_id


def test_the_oldest_comes_first_and_is_claimed_once(app: Flask, cast: Cast) -> None:
    put(app, 1, cast.ewa, cast.olek)
    assert [claim(app) for _ in range(3)] == [1, 2, None]


def test_a_later_mail_to_the_same_person_about_the_same_waits_for_the_earlier(app: Flask, cast: Cast) -> None:
    put(app, 1, cast.ewa)
    put(app, 1, cast.ewa, cast.olek, key="answer")
    put(app, 2, cast.ewa)
    assert [claim(app) for _ in range(4)] == [1, 3, 4, None]


def test_what_a_dead_sender_claimed_is_claimed_again(app: Flask, cast: Cast) -> None:
    put(app, 1, cast.ewa)
    assert claim(app) == 1
    assert claim(app, now() + timedelta(minutes=4)) is None
    assert claim(app, now() + timedelta(minutes=6)) == 1


def test_two_senders_never_claim_the_same_mail(app: Flask, cast: Cast) -> None:
    for number in range(20):
        put(app, number, cast.ewa)
    with ThreadPoolExecutor(4) as threads:
        claimed = list(threads.map(lambda _: claim(app), range(20)))
    assert sorted(number for number in claimed if number) == list(range(1, 21))


def test_pauses_grow_vary_and_have_an_end(app: Flask) -> None:
    at = now()
    pauses = []
    for attempts in range(1, 21):
        mail = OutboxMail(attempts=attempts, created_at=at)
        outbox.mark_for_retry(mail, at, error="down")
        pauses.append((mail.next_attempt_at - at).total_seconds())
    usual = [min(60 * 2**attempts, 14_400) for attempts in range(20)]
    assert all(0.5 * middle <= pause <= 1.5 * middle for pause, middle in zip(pauses, usual, strict=True))
    assert len(set(pauses)) == len(pauses)


def test_given_up_mails_are_listed_for_admins(app: Flask, cast: Cast) -> None:
    put(app, 1, cast.ewa, cast.olek)
    with app.app_context():
        db.session.execute(update(OutboxMail).where(OutboxMail.id == 1).values(state="failed"))
        db.session.commit()
        assert [mail.recipient_id for mail in outbox.list_failed()] == [cast.ewa]


def test_what_is_withdrawn_goes_to_nobody_but_those_who_are_kept(app: Flask, cast: Cast) -> None:
    put(app, 1, cast.ewa, cast.olek)
    put(app, 2, cast.olek)
    with app.app_context():
        outbox.withdraw("incident", 1, keep_recipient_ids={cast.ewa})
        db.session.commit()
    assert [claim(app) for _ in range(3)] == [1, 3, None]
