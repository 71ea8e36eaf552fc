"""A large instance to measure on: real articles imported by the product's command, real questions as incidents."""

import itertools
import json
import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

import config
from servicedesk.app import create_app
from servicedesk.database import db, now
from servicedesk.desk.models import Category, TeamMember
from servicedesk.incidents import fulltext
from servicedesk.incidents.models import Incident, Message, SolvingArticle
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person

_BATCH = 2_000
_SEED = 20_261_123
_STATES = ("new", "in_progress", "waiting", "resolved", "closed")
_WEIGHTS = (2, 3, 1, 2, 92)


def fill(tickets: Path, *, incidents: int, environment: Mapping[str, str]) -> None:
    """Write incidents made of real questions, with two messages each, half of the closed ones solved by an article."""
    app = create_app(config.load(environment))
    with app.app_context():
        maker = _Maker(random.Random(_SEED))
        questions = itertools.cycle(_read(tickets))
        first = (db.session.scalar(select(Incident.id).order_by(Incident.id.desc()).limit(1)) or 1000) + 1
        for start in range(first, first + incidents, _BATCH):
            count = min(_BATCH, first + incidents - start)
            rows = [maker.incident(start + i, next(questions)) for i in range(count)]
            db.session.execute(insert(Incident), rows)
            db.session.execute(insert(Message), [message for row in rows for message in maker.messages(row)])
            db.session.execute(insert(SolvingArticle), [link for row in rows for link in maker.links(row)])
            db.session.commit()
        _index_text(first)


def _index_text(first: int) -> None:
    """Write the full text of all incidents from this number on."""
    ids = list(db.session.scalars(select(Incident.id).where(Incident.id >= first)))
    for start in range(0, len(ids), _BATCH):
        chosen = (
            select(Incident)
            .where(Incident.id.in_(ids[start : start + _BATCH]))
            .options(joinedload(Incident.requester))
        )
        for incident in db.session.scalars(chosen):
            fulltext.refresh(incident)
        db.session.commit()
        db.session.expunge_all()


def _read(tickets: Path) -> list[dict[str, Any]]:
    with tickets.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class _Maker:
    """Draws rows for people, teams and categories that are in the database."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._people = list(db.session.scalars(select(Person.id).where(Person.is_active)))
        self._articles = list(db.session.scalars(select(Article.id).where(Article.state == "published")))
        self._categories = list(db.session.execute(select(Category.id, Category.team_id)).tuples())
        self._members: dict[int, list[int]] = {}
        for team_id, person_id in db.session.execute(
            select(TeamMember.team_id, TeamMember.person_id)
        ).tuples():
            self._members.setdefault(team_id, []).append(person_id)

    def incident(self, number: int, question: dict[str, Any]) -> dict[str, Any]:
        """Return one incident of the last two years; the newest are the likeliest to be open."""
        draw = self._draw
        category_id, team_id = draw.choice(self._categories)
        requester = draw.choice(self._people)
        created_at = now() - timedelta(minutes=draw.randrange(1_000_000))
        state = draw.choices(_STATES, _WEIGHTS)[0]
        ended_at = (
            created_at + timedelta(hours=draw.randrange(1, 90)) if state in ("resolved", "closed") else None
        )
        is_closed = state == "closed"
        return {
            "id": number,
            "title": question["title"][:200] or "-",
            "text": question["text"] or question["title"],
            "language": "en",
            "state": state,
            "channel": "web",
            "impact": 3,
            "urgency": draw.randrange(1, 4),
            "priority": draw.randrange(1, 5),
            "contact": "",
            "requester_id": requester,
            "filed_by_id": requester,
            "category_id": category_id,
            "team_id": team_id,
            "assignee_id": draw.choice([None, *self._members.get(team_id, [])]),
            "steps_tried": [],
            "resolution": "article" if ended_at else "",
            "created_at": created_at,
            "updated_at": ended_at or created_at,
            "resolved_at": ended_at,
            "closed_at": ended_at if is_closed else None,
            "version": 1,
        }

    def messages(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Return an answer of the desk and one of the requester."""
        helper = row["assignee_id"] or self._people[0]
        for author, is_from_desk in ((helper, True), (row["requester_id"], False)):
            at = row["created_at"] + timedelta(minutes=30)
            yield {"incident_id": row["id"], "author_id": author, "text": row["text"][:300] or "-", "channel": "web",
                   "is_from_desk": is_from_desk, "at": at}  # fmt: skip

    def links(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Return the article that solved it, for half of the incidents that ended."""
        if row["resolved_at"] and self._draw.random() < 0.5:
            yield {"incident_id": row["id"], "article_id": self._draw.choice(self._articles),
                   "linked_by_id": self._people[0], "linked_at": row["resolved_at"]}  # fmt: skip
