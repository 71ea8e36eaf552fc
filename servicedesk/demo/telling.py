"""Writes one incident of the demo as it went: who said what when, what was noted, what solved it.

No mail is written and no action is called: all this is past, and the actions know only now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from servicedesk.database import db
from servicedesk.desk.models import Category
from servicedesk.incidents import fulltext, rules
from servicedesk.incidents.actions.resolving import CLOSES_AFTER
from servicedesk.incidents.models import (
    Incident,
    IncidentEvent,
    InternalNote,
    KnownProblem,
    Message,
    SolvingArticle,
)
from servicedesk.incidents.rules import State
from servicedesk.knowledge.actions import create_article, draw_from
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.sources import Draft
from servicedesk.people.models import Person
from servicedesk.search.actions import note_change

Told = Mapping[str, Any]
_IMPACTS = {"company": 1, "team": 2, "me": 3}
_URGENCIES = {"blocked": 1, "hampered": 2, "calm": 3}
_BY_DESK = ("phone", "chat")  # Channels where the desk files what it is told.
_SHORTLY = timedelta(minutes=2)


@dataclass(frozen=True)
class World:
    """Whom and what the incidents speak of, by the names that the files use; `at` is now."""

    people: Mapping[str, Person]
    categories: Mapping[str, Category]
    articles: Mapping[str, Article]
    at: datetime
    zone: ZoneInfo

    def begin(self, told: Told) -> datetime:
        """Return when it was filed. Days count back to a working day, so that nobody works at the weekend."""
        if "minutes_ago" in told:
            return self.at - timedelta(minutes=told["minutes_ago"])
        day = self.at.astimezone(self.zone).date() - timedelta(days=told["days_ago"])
        day -= timedelta(days=max(0, day.weekday() - 4))
        return datetime.combine(day, time.fromisoformat(told["at"]), self.zone)


class Story:
    """One incident while it is told; `write` puts all of it into the session."""

    def __init__(self, told: Told, world: World, *, incident_id: int, same_as: Incident | None) -> None:
        """Write the row, as it was filed."""
        self._told, self._world = told, world
        self._at = world.begin(told)
        self._requester = world.people[told["who"]]
        self._worker = world.people[told["assignee"]] if "assignee" in told else None
        self.incident = self._file(incident_id, same_as)

    def write(self) -> Incident:
        """Tell it to its end."""
        db.session.add(self.incident)
        db.session.flush()
        is_on_behalf = self.incident.filed_by is not self._requester
        self._event(
            "filed_on_behalf" if is_on_behalf else "filed",
            by=self.incident.filed_by,
            after=self._requester.display_name if is_on_behalf else "",
        )
        if self.incident.same_as_id:
            self._event(
                "joined", by=self._requester, after=f"INC-{self.incident.same_as_id}", is_public=False
            )
        for turn in self._told.get("turns", ()):
            self._turn(turn)
        self._declare_problem()
        if "state" not in self._told:
            self._resolve()
        self.incident.updated_at = self._at
        fulltext.refresh(self.incident)
        note_change("incident", self.incident.id)
        return self.incident

    def _file(self, incident_id: int, same_as: Incident | None) -> Incident:
        told, category = self._told, self._world.categories[self._told["category"]]
        impact, urgency = _IMPACTS[told.get("impact", "me")], _URGENCIES[told.get("urgency", "hampered")]
        channel = told.get("channel", "web")
        return Incident(
            id=incident_id,
            title=told["title"],
            text=told["text"].strip(),
            language=told.get("language", "en"),
            channel=channel,
            impact=impact,
            urgency=urgency,
            priority=rules.priority(impact=impact, urgency=urgency),
            state=State.NEW.value,
            requester=self._requester,
            filed_by=self._worker if self._worker and channel in _BY_DESK else self._requester,
            category=category,
            team=category.team,
            same_as_id=same_as.id if same_as else None,
            created_at=self._at,
        )

    def _turn(self, turn: Told) -> None:
        self._pass(timedelta(minutes=turn["after"]))
        if "requester" in turn:
            if self.incident.state == State.WAITING:
                self._change(State.IN_PROGRESS, by=self._requester)
            self._say(self._requester, turn["requester"], is_from_desk=False)
            return
        worker = self._take()
        if "note" in turn:
            note = InternalNote(
                incident_id=self.incident.id, author=worker, text=turn["note"].strip(), at=self._at
            )
            db.session.add(note)
            return
        self._say(worker, turn["desk"], is_from_desk=True)
        self.incident.first_response_at = self.incident.first_response_at or self._at
        if turn.get("waits"):
            self._change(State.WAITING, by=worker)

    def _take(self) -> Person:
        """Let the assignee take it when it is nobody's yet."""
        if self._worker is None:
            raise ValueError(f"Nobody is assigned to '{self._told['title']}', and the desk has a turn in it.")
        if self.incident.assignee is None:
            self.incident.assignee = self._worker
            self._event("assignee", by=self._worker, after=self._worker.display_name)
            self._change(State.IN_PROGRESS, by=self._worker)
        return self._worker

    def _say(self, author: Person, text: str, *, is_from_desk: bool) -> None:
        channel = "mail" if self.incident.channel == "mail" and not is_from_desk else "web"
        db.session.add(
            Message(
                incident_id=self.incident.id,
                author=author,
                text=text.strip(),
                channel=channel,
                is_from_desk=is_from_desk,
                at=self._at,
            )
        )

    def _declare_problem(self) -> None:
        problem = self._told.get("known_problem")
        if problem is None:
            return
        self._pass(timedelta(minutes=problem["after"]))
        worker = self._take()
        db.session.add(
            KnownProblem(
                incident_id=self.incident.id,
                title_en=problem["en"],
                title_pl=problem["pl"],
                declared_by_id=worker.id,
                started_at=self._at,
            )
        )
        self._event("problem_declared", by=worker, after=problem["en"])

    def _resolve(self) -> None:
        self._pass(_SHORTLY)
        worker = self._take()
        self._change(State.RESOLVED, by=worker)
        self.incident.resolved_at = self._at
        if "solved_by" in self._told:
            self.incident.resolution = "article"
            for slug in self._told["solved_by"]:
                self._link(self._world.articles[slug], by=worker)
        elif "no_article" in self._told:
            self.incident.resolution = "not_needed"
            self._event("no_article_needed", by=worker, after=self._told["no_article"], is_public=False)
        else:
            self._propose(self._told["proposes"], by=worker)
        if self._at + CLOSES_AFTER <= self._world.at:
            self._pass(CLOSES_AFTER)
            self._change(State.CLOSED, by=None)
            self.incident.closed_at = self._at

    def _link(self, article: Article, *, by: Person) -> None:
        db.session.add(
            SolvingArticle(
                incident_id=self.incident.id, article_id=article.id, linked_by_id=by.id, linked_at=self._at
            )
        )
        self._event("article_linked", by=by, after=str(article.id), is_public=False)

    def _propose(self, title: str, *, by: Person) -> None:
        steps = "\n\n".join(turn["desk"].strip() for turn in self._told["turns"] if "desk" in turn)
        heading = "Kroki" if self.incident.language == "pl" else "Steps"
        body = f"{self.incident.text}\n\n## {heading}\n\n{steps}\n"
        article = create_article(Draft(title=title, body=body), language=self.incident.language, by=by)
        draw_from(article, self.incident.id)
        article.created_at = self._at
        self.incident.resolution, self.incident.proposed_article_id = "proposed", article.id
        self._event("article_proposed", by=by, after=str(article.id), is_public=False)

    def _change(self, after: State, *, by: Person | None) -> None:
        before, self.incident.state = self.incident.state, after.value
        self._event("state", by=by, before=before, after=after.value)

    def _event(
        self, kind: str, *, by: Person | None, before: str = "", after: str = "", is_public: bool = True
    ) -> None:
        db.session.add(
            IncidentEvent(
                incident_id=self.incident.id,
                actor_id=by.id if by else None,
                kind=kind,
                before=before,
                after=after,
                is_public=is_public,
                at=self._at,
            )
        )

    def _pass(self, duration: timedelta) -> None:
        """Let time pass, but never beyond now."""
        self._at = min(self._at + duration, self._world.at)
