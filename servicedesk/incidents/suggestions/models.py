"""What each visit to the form asked and was shown, so that a change of ranking can be replayed before it ships."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.database import Model, Utc, now


class FormSession(Model):
    """One visit to the form. `id` is random and made by the page; `text` is what was asked last.

    `outcome` is "" (left, or still going), "solved" (by `solved_by_id`), "filed" (as `incident_id`) or "joined".
    In a session with `is_control` nothing is suggested, so that the effect of suggesting can be measured.
    """

    __tablename__ = "form_sessions"
    __table_args__ = (
        Index("ix_form_sessions_person_id_started_at", "person_id", "started_at"),
        Index("ix_form_sessions_outcome_started_at", "outcome", "started_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    is_control: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(String(8), default="")
    solved_by_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    started_at: Mapped[datetime] = mapped_column(Utc, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(Utc)


class SuggestionAnswer(Model):
    """One answer to one text: which articles at which rank with which scores, by which index generation and weights.

    `shown` is a list of {"article_id", "rank", "score", "signals", "reason"}.
    """

    __tablename__ = "suggestion_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("form_sessions.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    generation: Mapped[int]
    weights: Mapped[dict[str, float]] = mapped_column(JSON)
    shown: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    took_ms: Mapped[float]
    at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)


class SuggestionOpened(Model):
    """A suggested article was opened from the form."""

    __tablename__ = "suggestions_opened"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("form_sessions.id"), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    at: Mapped[datetime] = mapped_column(Utc, default=now)
