"""A form for each address that makes something: who sends it, and what has to be there before."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.models import KnownProblem
from servicedesk.incidents.suggestions.models import FormSession
from servicedesk.mail.models import OutboxMail
from servicedesk.people import sessions
from servicedesk.people.models import Person, WebSession
from tests.factories import Cast, sign_in
from tests.incidents import desk_work, library
from tests.incidents.desk_work import answer, category_id, team_id, version_of
from tests.incidents.test_failed_mails import give_up
from tests.incidents.test_same_as import declare
from tests.knowledge.library import write_draft

KEY = "the-key-of-one-page"
SESSION = "a-visit-to-the-form-1"


@dataclass(frozen=True)
class Sent:
    """A form as a browser sends it: by a person of the cast, to an address, with these fields and files."""

    by: str
    path: str
    data: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def body(self, **more: str) -> dict[str, Any]:
        """Return what is posted, each time with fresh streams."""
        files = {name: (io.BytesIO(text.encode()), f"{name}.txt") for name, text in self.files.items()}
        return {**self.data, **files, "key": KEY, **more}


@dataclass(frozen=True)
class Stage:
    """The application and what stands in its database before a form is sent."""

    app: Flask
    cast: Cast

    def incident(self, **more: Any) -> int:
        """File an incident of Ewa's with the service desk."""
        return library.file(
            self.app, self.cast.ewa, "The printer jams on every page", category="email", **more
        )

    def resolved(self) -> tuple[int, int]:
        """Resolve one with an article; return both numbers."""
        number, article = self.incident(), library.publish(self.app, "printer-jams", "A printer jams")
        library.resolve(self.app, number, article, by=self.cast.anna)
        return number, article

    def known_problem(self) -> int:
        """Declare a known problem; return its number."""
        declare(self.app, library.file(self.app, self.cast.olek, "No mail", category="email"), self.cast.anna)
        with self.app.app_context():
            return db.session.scalars(select(KnownProblem.id)).one()


Case = Callable[[Stage], Sent]


def _on(number: int, place: str) -> str:
    return f"/incidents/{number}/{place}"


def _versioned(by: str, place: str, **fields: Any) -> Case:
    def case(stage: Stage) -> Sent:
        number = stage.incident()
        return Sent(by, _on(number, place), {"version": version_of(stage.app, number), **fields})

    return case


def _plain(by: str, place: str, **fields: Any) -> Case:
    return lambda stage: Sent(by, _on(stage.incident(), place), dict(fields))


def _to_team(stage: Stage) -> Sent:
    number = stage.incident()
    fields = {"version": version_of(stage.app, number), "team_id": team_id(stage.app, "network")}
    return Sent("anna", _on(number, "team"), fields)


def _details(stage: Stage) -> Sent:
    number = stage.incident()
    fields = {
        "version": version_of(stage.app, number), "impact": "1", "urgency": "1",
        "category_id": category_id(stage.app, "email"), "assignee_id": stage.cast.anna,
    }  # fmt: skip
    return Sent("anna", _on(number, "details"), fields)


def _answer(stage: Stage) -> Sent:
    number = stage.incident()
    answer(sign_in(stage.app, stage.cast.anna), stage.app, number, "Which one?", then="waiting")
    return Sent("ewa", _on(number, "answer"), {"text": "The grey one"}, {"files": "a picture of it"})


def _reopening(stage: Stage) -> Sent:
    number, _article = stage.resolved()
    return Sent("ewa", _on(number, "answer"), {"text": "It jams again", "then": "reopen"})


def _desk_reopening(stage: Stage) -> Sent:
    number, _article = stage.resolved()
    fields = {"version": version_of(stage.app, number), "text": "We look again"}
    return Sent("anna", _on(number, "desk-reopening"), fields)


def _removal(stage: Stage) -> Sent:
    number, article = stage.resolved()
    fields = {"version": version_of(stage.app, number)}
    return Sent("anna", _on(number, f"solving-articles/{article}/removal"), fields)


def _opening(stage: Stage) -> Sent:
    number = stage.incident()
    agent, lead = (sign_in(stage.app, person) for person in (stage.cast.anna, stage.cast.hanna))
    desk_work.send(agent, stage.app, number, "resolve", kind="proposed")
    desk_work.send(agent, stage.app, number, "team", team_id=team_id(stage.app, "hr"))
    action = re.search(
        r'action="(/incidents/\d+/drafted-articles/\d+/opening)"', lead.get(f"/incidents/{number}").text
    )
    assert action is not None
    return Sent("hanna", action[1], {"version": version_of(stage.app, number)})


def _leave(stage: Stage) -> Sent:
    number = stage.incident()
    sign_in(stage.app, stage.cast.ewa).post(_on(number, "watchers"), data={"colleague": "olek"})
    return Sent("olek", _on(number, "watchers/leave"))


def _end_problem(stage: Stage) -> Sent:
    stage.known_problem()
    with stage.app.app_context():
        number = db.session.scalars(select(KnownProblem.incident_id)).one()
    fields = {"version": version_of(stage.app, number)}
    return Sent("anna", _on(number, "known-problem/end"), fields)


def _retry(stage: Stage) -> Sent:
    mail_id = give_up(stage.app, stage.incident())[0]
    with stage.app.app_context():
        mark = db.session.get_one(OutboxMail, mail_id).mark
    return Sent("adam", f"/admin/failed-mails/{mail_id}/retry", {"mark": mark})


def _solved(stage: Stage) -> Sent:
    library.publish(stage.app, "printer-jams", "A printer jams")
    with stage.app.app_context():
        db.session.add(FormSession(id=SESSION, person_id=stage.cast.ewa))
        db.session.commit()
    return Sent("ewa", "/incidents/suggestions/solved", {"article": "printer-jams", "session": SESSION})


def _discard(stage: Stage) -> Sent:
    sign_in(stage.app, stage.cast.ewa).post("/incidents/draft", data={"text": "Half a sent"})
    return Sent("ewa", "/incidents/draft/discard")


def _join(stage: Stage) -> Sent:
    fields = {"text": "No mail here", "join": f"problem-{stage.known_problem()}", "session": SESSION}
    return Sent("ewa", "/incidents/new", fields)


def _feedback(stage: Stage) -> Sent:
    library.publish(stage.app, "printer-jams", "A printer jams")
    fields = {"solved": "no", "reason": "unclear", "comment": "Where is the tray?"}
    return Sent("ewa", "/articles/printer-jams/feedback", fields)


def _button(by: str, path: str) -> Case:
    def case(stage: Stage) -> Sent:
        library.publish(stage.app, "printer-jams", "A printer jams")
        return Sent(by, f"/articles/printer-jams/{path}")

    return case


def _new_article(_stage: Stage) -> Sent:
    fields = {"title": "The new door", "body": "Push.", "audience": "everyone", "language": "en", "save": "1"}
    return Sent("edyta", "/articles/new", fields)


def _saved_article(stage: Stage) -> Sent:
    write_draft(stage.app, "the-door", by_id=stage.cast.edyta)
    fields = {"title": "The door", "body": "Pull.", "audience": "everyone", "based_on": "1", "publish": "1"}
    return Sent("edyta", "/articles/the-door/edit", fields, {"files": "a picture of it"})


def _other_session(stage: Stage) -> str:
    with stage.app.app_context():
        sessions.start(db.session.get_one(Person, stage.cast.ewa), network="127.0.0.1", browser="other")
        db.session.commit()
        return db.session.scalars(select(WebSession.public_id).where(WebSession.browser == "other")).one()


def _end_session(stage: Stage) -> Sent:
    return Sent("ewa", f"/profile/sessions/{_other_session(stage)}/end")


def _end_others(stage: Stage) -> Sent:
    _other_session(stage)
    return Sent("ewa", "/profile/sessions/end-others")


CASES: dict[str, Case] = {
    "incidents.file": lambda _stage: Sent("ewa", "/incidents", {"text": "No network"}, {"files": "a log"}),
    "incidents.answer": _answer,
    "incidents.answer reopening": _reopening,
    "incidents.close": _plain("ewa", "close"),
    "incidents.add_watcher": _plain("ewa", "watchers", colleague="olek"),
    "incidents.stop_watching": _leave,
    "incidents.upload": lambda _stage: Sent("ewa", "/incidents/uploads", {"draft": "1"}, {"file": "a log"}),
    "incidents.take": _plain("anna", "take"),
    "incidents.take in the queue": _plain("anna", "take", next="/queue?state=new"),
    "incidents.answer_as_desk": _plain("anna", "desk-answers", text="Which printer?", seen="0"),
    "incidents.add_note": _plain("anna", "notes", note="The old one by the window"),
    "incidents.set_state": _versioned("anna", "state", state="waiting"),
    "incidents.reopen_as_desk": _desk_reopening,
    "incidents.set_details": _details,
    "incidents.move_to_team": _to_team,
    "incidents.declare_problem": _versioned(
        "anna", "known-problem", title_en="No mail", title_pl="Brak poczty"
    ),
    "incidents.end_problem": _end_problem,
    "incidents.resolve": _versioned("anna", "resolve", kind="proposed", text="A new roller."),
    "incidents.remove_solving_article": _removal,
    "incidents.let_article_go": _opening,
    "incidents.retry_failed_mail": _retry,
    "incidents.solved": _solved,
    "incidents.discard_draft": _discard,
    "incidents.look_for_answers": _join,
    "incidents.join_known_problem": lambda stage: Sent(
        "ewa", f"/incidents/known-problems/{stage.known_problem()}/join"
    ),
    "knowledge.give_feedback": _feedback,
    "knowledge.verify": _button("edyta", "verify"),
    "knowledge.archive": _button("edyta", "archive"),
    "knowledge.create": _new_article,
    "knowledge.save": _saved_article,
    "people.end_web_session": _end_session,
    "people.end_other_web_sessions": _end_others,
}
