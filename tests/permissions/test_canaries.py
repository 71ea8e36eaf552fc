"""No secret leaves by any way to anybody who may not see it: pages, headers, downloads, mails, log lines, database.

Texts of others and passwords alike (security.md A6, L6).
"""

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.incidents.actions import conversation, drafts, notes
from servicedesk.incidents.models import Incident
from servicedesk.incidents.rules import State
from servicedesk.incidents.suggestions import recording
from servicedesk.incidents.suggestions.actions import Suggestions
from servicedesk.knowledge import actions as knowledge
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person
from servicedesk.web.log_lines import JsonLines
from tests.permissions import background, oracle, stage
from tests.permissions.conftest import Desk
from tests.permissions.crawl import crawl
from tests.permissions.secrets import mark, nobody
from tests.permissions.stage import PEOPLE

# The log is read after everything that is logged, so all of it happens in one process.
pytestmark = pytest.mark.xdist_group("canaries")
_EVERYBODY = (None, *PEOPLE)
_PASSWORD = mark("password at log-in")


class Log(logging.Handler):
    """Everything that the product logs, as it stands in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def log(staged: Desk) -> Iterator[Log]:
    """What is logged from the first request of this module on."""
    handler = Log()
    logging.getLogger("servicedesk").addHandler(handler)
    yield handler
    logging.getLogger("servicedesk").removeHandler(handler)


@pytest.fixture(scope="module")
def busy(staged: Desk, log: Log) -> Desk:
    """The desk after people did what they do: a draft is kept, something was asked, feedback was given."""
    secrets = staged.stage.secrets
    draft = secrets.hide("draft of the form", lambda who: who is PEOPLE["ewa"])
    asked = secrets.hide("text that was asked", nobody)
    said = secrets.hide(
        "comment on an article", lambda who: who is PEOPLE["ewa"] or _edits_open_canary(staged, who)
    )
    with staged.app.app_context():
        ewa = stage.person("ewa")
        article = db.session.get_one(Article, staged.stage.shelf.article_ids["everyone"])
        knowledge.give_feedback(article, by=ewa, solved=False, reason="unclear", comment=said)
        drafts.save(ewa.id, text=f"The canary {draft} is loud", article=staged.stage.shelf.slugs["group"])
        recording.record_answer(
            "a-visit-to-the-form-1",
            f"canary {asked}",
            Suggestions(),
            person_id=ewa.id,
            language="en",
            is_control=False,
        )
        db.session.commit()
    return staged


@pytest.mark.parametrize("name", _EVERYBODY, ids=str)
def test_no_answer_holds_what_its_reader_may_not_see(busy: Desk, name: str | None) -> None:
    who, browser = PEOPLE[name] if name else None, busy.browsers[name]
    foreign_cookies = [value for other, value in busy.cookies.items() if other != name]
    leaks, failures = [], []
    for address, answer in crawl(busy.app, browser):
        data = answer.data + str(answer.headers).encode()
        leaks += [(address, secret) for secret in _seen_in(busy, data, who, address)]
        leaks += [(address, "session") for value in foreign_cookies if value.encode() in data]
        if answer.status_code >= 500 and address != "/readyz":
            failures.append((address, answer.status_code))
    assert leaks == []
    assert failures == []


@pytest.mark.parametrize("name", [name for name, who in PEOPLE.items() if who.is_active])
def test_whoever_may_see_a_secret_finds_it(busy: Desk, name: str) -> None:
    """Without this, pages that show nothing to anybody would pass."""
    who, browser = PEOPLE[name], busy.browsers[name]
    found: set[str] = set()
    for staged_case in busy.stage.cases.values():
        found |= busy.stage.secrets.held_by(browser.get(f"/incidents/{staged_case.id}").data)
    for slug in busy.stage.shelf.slugs.values():
        for page in ("", "/edit"):
            found |= busy.stage.secrets.held_by(browser.get(f"/articles/{slug}{page}").data)
    shown = ("title", "text", "answer", "reply", "note", "file name", "note file name", "contact")
    expected = {
        secret.name
        for secret in busy.stage.secrets.known.values()
        if secret.may_see(who)
        and secret.name in {f"{kind} {what}" for kind in busy.stage.cases for what in shown}
    } | {
        f"article {name} {what}"
        for name, paper in busy.stage.shelf.papers.items()
        for what in ("title", "body")
        if name != "opened" and (oracle.may_read(who, paper) or oracle.may_edit(who, paper))
    }
    if not who.roles:
        expected -= {f"{kind} contact" for kind in busy.stage.cases}
    assert expected - found == set()


def test_no_mail_holds_what_its_recipient_may_not_see(busy: Desk) -> None:
    settings = busy.app.extensions["servicedesk.settings"]
    with busy.app.app_context():
        _do_the_usual(busy)
        db.session.commit()
        jobs.send_mail()
        names = dict(db.session.execute(select(Person.mail, Person.user_name)).all())
    mails = background.read_spool(settings.mail.spool_dir)
    assert len(mails) >= 12, len(mails)
    restricted = {name for name in busy.stage.secrets.known if name.startswith("restricted ")}
    for address, data in mails:
        who = PEOPLE[names[address]]
        assert busy.stage.secrets.seen_in(data, by=who) == [], address
        assert busy.stage.secrets.held_by(data) & restricted == set(), (
            "Restricted incidents are told by number alone"
        )


def test_a_password_is_kept_nowhere(busy: Desk, log: Log) -> None:
    answers = [
        busy.app.test_client().post("/login", data={"username": name, "password": _PASSWORD})
        for name in ("ewa", "nobody-here", _PASSWORD)
    ]
    assert all(answer.status_code in (401, 503) for answer in answers)
    assert all(_PASSWORD.encode() not in answer.data for answer in answers[:2])
    assert _PASSWORD not in "\n".join(log.lines)
    assert _PASSWORD not in _all_rows(busy)


def test_the_database_holds_no_session_that_could_be_used(busy: Desk) -> None:
    rows = _all_rows(busy)
    assert all(cookie not in rows for cookie in busy.cookies.values())


def test_the_log_holds_no_secret_but_in_addresses(busy: Desk, log: Log) -> None:
    text = "\n".join(log.lines)
    assert text
    logged = {secret for secret in busy.stage.secrets.known.values() if secret.mark in text}
    assert {secret.name for secret in logged if not secret.is_in_addresses} == set()
    assert all(cookie not in text for cookie in busy.cookies.values())


def test_the_outbox_holds_no_words(busy: Desk) -> None:
    with busy.app.app_context():
        rows = str(db.session.execute(db.metadata.tables["outbox_mails"].select()).all())
    assert busy.stage.secrets.held_by(rows.encode()) == set()


def _seen_in(desk: Desk, data: bytes, who: oracle.Somebody | None, address: str) -> list[str]:
    """Leave out what somebody typed into the address themselves."""
    seen = desk.stage.secrets.seen_in(data, by=who)
    return [name for name in seen if mark(name) not in address]


def _edits_open_canary(desk: Desk, who: oracle.Somebody | None) -> bool:
    return oracle.may_edit(who, desk.stage.shelf.papers["everyone"])


def _do_the_usual(desk: Desk) -> None:
    """Answer, note, resolve and reopen in each class."""
    for visibility, staged_case in desk.stage.cases.items():
        incident = db.session.get_one(Incident, staged_case.id)
        worker, requester = stage.person(stage.WORKERS[visibility]), stage.person("ewa")
        notes.add_note(incident, worker, f"Noted: {mark(f'{visibility} note')}")
        conversation.answer(incident, worker, f"Answered: {mark(f'{visibility} answer')}")
        conversation.answer(incident, requester, f"Replied: {mark(f'{visibility} reply')}")
        conversation.change_state(incident, State.RESOLVED, by=worker)
        conversation.reopen(incident, requester, f"Again: {mark(f'{visibility} reply')}")


def _all_rows(desk: Desk) -> str:
    with desk.app.app_context():
        return "\n".join(str(db.session.execute(table.select()).all()) for table in db.metadata.sorted_tables)
