"""Doors: for each verb of the matrix every request by which somebody may try it, and what happens if they may."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tests.permissions import matrix

Form = Callable[["Target"], Mapping[str, object]]


@dataclass(frozen=True)
class Target:
    """What a door needs to know of the object behind it; numbers of an object that never was have these names too."""

    address: Mapping[str, object]
    version: int = 1
    newest_message_id: int = 0
    category_id: int = 0
    other_team_id: int = 0
    note_ids: tuple[int, ...] = ()
    staff_ids: tuple[int, ...] = ()
    audience: str = "everyone"
    newest_number: int = 1


def _nothing(_target: Target) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True)
class Door:
    """One request by which somebody may try a verb.

    `state` is what the incident must be in before, `done` what a permitted request answers, `denied` what one that is
    not. In `classes` it can be done at all: elsewhere everybody who sees the object is refused.
    """

    name: str
    verb: str
    endpoint: str
    form: Form | None = None
    state: str = "in_progress"
    done: tuple[int, ...] = ()
    denied: int = 403
    classes: tuple[str, ...] = matrix.CLASSES

    @property
    def method(self) -> str:
        """GET, or POST for a door with a form."""
        return "GET" if self.form is None else "POST"

    @property
    def expected(self) -> tuple[int, ...]:
        """The statuses of a request that is permitted."""
        return self.done or ((200,) if self.form is None else (303,))


def _get(name: str, verb: str, endpoint: str) -> Door:
    return Door(name, verb, endpoint)


def _staff(name: str, verb: str, endpoint: str, form: Form, state: str = "in_progress") -> Door:
    return Door(name, verb, endpoint, lambda target: {"version": target.version, **form(target)}, state)


def _details(target: Target) -> Mapping[str, object]:
    return {"impact": 1, "urgency": 1, "category_id": target.category_id, "assignee_id": 0}


def _titles(_target: Target) -> Mapping[str, object]:
    return {"title_en": "Birds", "title_pl": "Ptaki"}


def _move(target: Target) -> Mapping[str, object]:
    return {"team_id": target.other_team_id, "is_confirmed": "y", "reviewed_note_ids": list(target.note_ids)}


INCIDENT_DOORS: tuple[Door, ...] = (
    _get("page", "see", "incidents.show"),
    _get("file", "read_thread", "incidents.incident_file"),
    _get("page of the history", "read_internal_history", "incidents.history"),
    _get("page with the public history", "read_public_history", "incidents.show"),
    _get("note file", "read_notes", "incidents.note_file"),
    Door("answer", "answer", "incidents.answer", lambda _: {"text": "It is still silent today."}),
    Door(
        "answer of the desk", "answer", "incidents.answer_as_desk",
        lambda target: {"text": "Is it still silent today?", "seen": target.newest_message_id},
    ),
    Door("note", "add_note", "incidents.add_note", lambda _: {"note": "It is stuffed."}),
    Door("close", "close_or_reopen", "incidents.close", _nothing, state="resolved"),
    Door(
        "reopen by an answer", "close_or_reopen", "incidents.answer",
        lambda _: {"text": "It is silent again.", "then": "reopen"}, state="resolved",
    ),
    _staff("reopen", "close_or_reopen", "incidents.reopen_as_desk", lambda _: {"text": ""}, "resolved"),
    _staff("state", "change", "incidents.set_state", lambda _: {"state": "waiting"}),
    _staff("details", "change", "incidents.set_details", _details),
    _get("question what solved it", "change", "incidents.ask_resolution"),
    _staff(
        "resolution", "change", "incidents.resolve", lambda _: {"kind": "not_needed", "reason": "one_off"}
    ),
    _staff("removal of what solved it", "change", "incidents.remove_solving_article", _nothing, "resolved"),
    _staff("opening of what was drafted", "change", "incidents.let_article_go", _nothing, "proposed"),
    replace(
        _staff("known problem", "change", "incidents.declare_problem", _titles),
        classes=("normal",),
    ),
    _staff("end of a known problem", "change", "incidents.end_problem", _nothing, "declared"),
    Door("take", "take", "incidents.take", _nothing, state="new"),
    _staff("move", "move", "incidents.move_to_team", _move),
    Door(
        "colleague", "add_watcher", "incidents.add_watcher", lambda _: {"colleague": "emil"},
        classes=("normal", "team"),
    ),
    Door("leave", "stop_watching", "incidents.stop_watching", _nothing),
    Door("filing", "file", "incidents.file", lambda _: {"text": "The bird is silent.", "impact": 3, "urgency": 2}),
    Door(
        "filing for a colleague", "file_for_colleague", "incidents.file",
        lambda target: {
            "text": "The bird is silent.", "impact": 3, "urgency": 2, "requester": "emil", "category_id": target.category_id,
        },
        denied=422,
    ),
)  # fmt: skip


def _article(target: Target) -> Mapping[str, object]:
    texts = {
        "title": "Feed the bird",
        "body": "Seeds.",
        "summary": "",
        "category": "",
        "tags": "",
        "keywords": "",
    }
    return {**texts, "audience": target.audience, "based_on": target.newest_number}


def _new_article(_target: Target) -> Mapping[str, object]:
    return {"title": "Feed the bird", "body": "Seeds.", "audience": "everyone", "language": "en"}


ARTICLE_DOORS: tuple[Door, ...] = (
    _get("page", "read_everyone", "knowledge.show"),
    _get("page", "read_staff", "knowledge.show"),
    _get("page", "read_group", "knowledge.show"),
    replace(_get("page by number", "read_everyone", "knowledge.by_number"), done=(303,)),
    replace(_get("page by number", "read_staff", "knowledge.by_number"), done=(303,)),
    replace(_get("page by number", "read_group", "knowledge.by_number"), done=(303,)),
    _get("page in the form", "read_everyone", "incidents.suggested_article"),
    _get("page in the form", "read_staff", "incidents.suggested_article"),
    _get("page in the form", "read_group", "incidents.suggested_article"),
    _get("picture", "read_everyone", "knowledge.article_file"),
    _get("picture", "read_staff", "knowledge.article_file"),
    _get("picture", "read_group", "knowledge.article_file"),
    Door("feedback", "feedback", "knowledge.give_feedback", lambda _: {"solved": "yes"}),
    Door("solved", "feedback", "incidents.solved", lambda target: {"article": target.address["slug"]}),
    _get("editor", "edit", "knowledge.edit"),
    Door("saving", "edit", "knowledge.save", _article),
    Door("preview", "edit", "knowledge.preview", lambda target: {"slug": target.address["slug"], "body": "x"}, done=(200,)),
    _get("revisions", "edit", "knowledge.revisions"),
    _get("revision", "edit", "knowledge.revision"),
    Door("verify", "edit", "knowledge.verify", _nothing),
    _get("empty form", "propose", "knowledge.new"),
    Door("proposal", "propose", "knowledge.create", _new_article),
    Door("archive", "archive", "knowledge.archive", _nothing),
)  # fmt: skip

PEOPLE_DOORS: tuple[Door, ...] = (
    _get("profile", "own_profile", "people.profile"),
    Door("changed profile", "own_profile", "people.change_profile", lambda _: {"language": "", "time_zone": "", "theme": "auto"}),
    _get("sessions", "own_profile", "people.web_sessions"),
    _get("security events", "security_events", "people.security_events"),
    _get("mail that failed", "failed_mails", "incidents.failed_mails"),
    Door("mail tried again", "failed_mails", "incidents.retry_failed_mail", _nothing, done=(404,)),
    _get("state of the desk", "state", "operating.state"),
    _get("colleagues by name", "look_up_colleague_as_staff", "people.colleagues"),
)  # fmt: skip
