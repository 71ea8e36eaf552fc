"""What came of each visit to the form: asked, shown, opened, solved, joined or filed. The callers commit."""

import hashlib
import re

from sqlalchemy import delete, select, update

from servicedesk.database import db, insert_missing, now
from servicedesk.incidents.models import Incident
from servicedesk.incidents.suggestions.actions import Suggestion, Suggestions
from servicedesk.incidents.suggestions.models import FormSession, SuggestionAnswer, SuggestionOpened

_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{16,40}")
_LONGEST_TEXT = 4000


def is_session_id(session_id: str) -> bool:
    """Tell whether this can be the id of a visit, as the form makes them."""
    return _SESSION_ID.fullmatch(session_id) is not None


def is_control(session_id: str, *, share: float) -> bool:
    """Tell whether this visit is one of the share that is shown nothing; the same visit always gets the same answer."""
    digest = hashlib.sha256(b"holdout\0" + session_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def record_answer(
    session_id: str, text: str, answer: Suggestions, *, person_id: int, language: str, is_control: bool
) -> None:
    """Remember what was asked and shown, with what is needed to replay the ranking; nothing once the visit has ended.

    A question that comes late, or after "Back", would write down again what was forgotten with a restricted incident.
    """
    session = _session(session_id, person_id=person_id, is_control=is_control)
    if session is None or not _is_asking(session_id, text[:_LONGEST_TEXT]):
        return
    db.session.add(
        SuggestionAnswer(
            session_id=session.id,
            text=text[:_LONGEST_TEXT],
            language=language,
            generation=answer.generation,
            weights=dict(answer.weights),
            shown=[_shown(item) for item in answer.items],
            took_ms=round(answer.took_ms, 2),
        )
    )


def record_opened(session_id: str, article_id: int, *, person_id: int) -> None:
    """Remember that a suggested article was opened."""
    session = _session(session_id, person_id=person_id)
    if session is not None:
        db.session.add(SuggestionOpened(session_id=session.id, article_id=article_id))


def end_solved(session_id: str, article_id: int, *, person_id: int) -> None:
    """Remember that an article solved it, so nothing was filed."""
    session = _session(session_id, person_id=person_id)
    if session is not None and session.outcome == "":
        session.outcome, session.solved_by_id, session.ended_at = "solved", article_id, now()


def end_filed(session_id: str, incident: Incident, *, person_id: int) -> None:
    """Remember that the visit ended with an incident, filed on its own or joined to others: with the first, if with several.

    Its words are that incident's, and are to be forgotten with it.
    """
    session = _session(session_id, person_id=person_id)
    if session is not None and session.incident_id is None:
        session.outcome = "filed" if incident.same_as_id is None else "joined"
        session.incident_id, session.ended_at = incident.id, now()
        if incident.team.visibility != "normal":
            forget_words(incident)


def forget_words(incident: Incident) -> None:
    """Forget what was typed before an incident that a team keeps to itself: its words are for no measurement."""
    visits = select(FormSession.id).where(FormSession.incident_id == incident.id)
    db.session.execute(delete(SuggestionAnswer).where(SuggestionAnswer.session_id.in_(visits)))
    db.session.execute(update(FormSession).where(FormSession.incident_id == incident.id).values(text=""))


def _session(session_id: str, *, person_id: int, is_control: bool = False) -> FormSession | None:
    """Return the visit, begun now if it is new; None for an id that is malformed or somebody else's."""
    if not is_session_id(session_id):
        return None
    session = db.session.get(FormSession, session_id)
    if session is None:  # Several questions of one visit come at once.
        insert_missing(FormSession, {"id": session_id, "person_id": person_id, "is_control": is_control})
        session = db.session.get_one(FormSession, session_id)
    return session if session.person_id == person_id else None


def _is_asking(session_id: str, text: str) -> bool:
    """Note what is asked now unless the visit has ended: one statement, for it may be ending at this moment."""
    going_on = update(FormSession).where(FormSession.id == session_id, FormSession.outcome == "")
    noted = db.session.execute(going_on.values(text=text), execution_options={"synchronize_session": False})
    return bool(noted.rowcount)  # type: ignore[attr-defined]


def _shown(item: Suggestion) -> dict[str, object]:
    reason = f"helped: {item.helped}" if item.helped else f"matches: {', '.join(item.matched)}"
    return {
        "article_id": item.article_id,
        "rank": item.rank,
        "score": round(item.score, 6),
        "signals": {name: round(value, 6) for name, value in item.signals.items()},
        "reason": reason,
    }
