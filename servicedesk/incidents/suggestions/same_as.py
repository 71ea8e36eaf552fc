"""Whether others report the same right now: known problems, and groups of open incidents that read alike.

Nobody's text or number leaves this module: a known problem has a title that staff wrote for everybody, a group has
only its category, its count and when it began.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import aliased

from servicedesk.database import db, now
from servicedesk.desk.models import Category
from servicedesk.incidents.message_text import without_articles
from servicedesk.incidents.models import Incident, KnownProblem
from servicedesk.incidents.queries.visibility import may_teach, teams_of_class
from servicedesk.incidents.rules import OPEN_STATES
from servicedesk.incidents.suggestions.budget import Budget, LateError
from servicedesk.people.models import Person
from servicedesk.search.current import current_engine
from servicedesk.search.engine import SearchUnavailableError

_RECENT = timedelta(hours=4)
_MOST_READ = 200
_TEXT_LENGTH = 400
_ALIKE = 0.3
# To the title that staff wrote: it has few words, all about the problem, and people word theirs otherwise.
_ALIKE_TO_TITLE = 0.15
_FEWEST_COLLEAGUES = 3


@dataclass(frozen=True)
class Offer:
    """Something that one click joins. `key` is what the form sends back; it is looked up anew then.

    `colleagues` is 0 while they are too few to be counted: a number that small is about somebody.
    """

    key: str
    title: str | None
    category: Category | None
    colleagues: int
    since: datetime
    main_id: int
    problem_id: int | None = None


@dataclass(frozen=True)
class _Report:
    id: int
    text: str
    category_id: int | None
    requester_id: int
    created_at: datetime
    same_as_id: int | None


def list_offers(text: str, *, seen_by: Person, language: str) -> list[Offer]:
    """Return what others report that reads like this text: known problems first, at most three in all."""
    if len(text.strip()) < 3:
        return []
    problems = list_known_problems()
    reports = _recent_reports(seen_by)
    texts = [(report.id, without_articles(report.text)) for report in reports]
    # The titles of known problems are compared too; negative numbers keep them apart from incidents.
    texts += [(-problem.id, f"{problem.title_en} {problem.title_pl}") for problem in problems]
    authors = {report.id: report.requester_id for report in reports}
    try:
        alike = Budget().run(
            current_engine().alike, text[:_TEXT_LENGTH], texts, language=language, authors=authors
        )
    except (LateError, SearchUnavailableError):
        return []
    close = {n for n, likeness in alike if likeness >= (_ALIKE_TO_TITLE if n < 0 else _ALIKE)}
    known = [p for p in problems if -p.id in close or close & _reports_of(p, reports)]
    groups = _groups([r for r in reports if r.id in close and not _is_of(r, problems)])
    return [*known_offers(known, language=language), *groups][:3]


def list_known_problems() -> list[KnownProblem]:
    """Return what staff have declared to be broken now, newest first; never what a restricted team works on."""
    return list(
        db.session.scalars(
            select(KnownProblem)
            .join(KnownProblem.incident)
            .where(KnownProblem.ended_at.is_(None), may_teach())
            .order_by(KnownProblem.started_at.desc())
            .limit(20)
        )
    )


def known_offers(problems: Sequence[KnownProblem], *, language: str) -> list[Offer]:
    """Return each known problem with the number of colleagues who have it, from three on."""
    if not problems:
        return []
    counts = _colleagues_by_main([problem.incident_id for problem in problems])
    return [
        Offer(
            key=f"problem-{problem.id}",
            title=problem.title(language),
            category=None,
            colleagues=count if (count := counts.get(problem.incident_id, 0)) >= _FEWEST_COLLEAGUES else 0,
            since=problem.started_at,
            main_id=problem.incident_id,
            problem_id=problem.id,
        )
        for problem in problems
    ]


def find_offer(key: str, text: str, *, seen_by: Person, language: str) -> Offer | None:
    """Return the offer that the form sent back if it still stands; a client's number is never believed."""
    if key.startswith("problem-"):
        problems = [problem for problem in list_known_problems() if f"problem-{problem.id}" == key]
        return next(iter(known_offers(problems, language=language)), None)
    offers = list_offers(text, seen_by=seen_by, language=language)
    return next((offer for offer in offers if offer.key == key), None)


def _recent_reports(seen_by: Person) -> list[_Report]:
    """Return what others filed in the last hours with teams that hide nothing from agents."""
    at = now()
    rows = db.session.execute(
        select(
            Incident.id,
            Incident.title + "\n" + func.substr(Incident.text, 1, _TEXT_LENGTH),
            Incident.category_id,
            Incident.requester_id,
            Incident.created_at,
            _open_main_id(),
        )
        .where(
            Incident.state.in_(OPEN_STATES),
            # A time to come was written by a clock that was wrong.
            Incident.created_at.between(at - _RECENT, at + _RECENT),
            Incident.requester_id != seen_by.id,
            may_teach(),
        )
        .order_by(Incident.created_at.desc())
        .limit(_MOST_READ)
    )
    return [_Report(*row) for row in rows]


def _open_main_id() -> ScalarSelect[int]:
    """Select the incident that stands for this one, unless a team keeps it to itself by now."""
    main = aliased(Incident)
    is_open = main.team_id.in_(teams_of_class("normal"))
    return select(main.id).where(main.id == Incident.same_as_id, is_open).scalar_subquery()


def _reports_of(problem: KnownProblem, reports: Sequence[_Report]) -> set[int]:
    return {r.id for r in reports if problem.incident_id in (r.id, r.same_as_id)}


def _is_of(report: _Report, problems: Sequence[KnownProblem]) -> bool:
    return any(problem.incident_id in (report.id, report.same_as_id) for problem in problems)


def _groups(reports: Sequence[_Report]) -> list[Offer]:
    """Return an offer for each category in which enough colleagues report something alike."""
    by_category: dict[int, list[_Report]] = defaultdict(list)
    for report in reports:
        if report.category_id is not None:
            by_category[report.category_id].append(report)
    large = {
        category_id: group
        for category_id, group in by_category.items()
        if len({report.requester_id for report in group}) >= _FEWEST_COLLEAGUES
    }
    if not large:
        return []
    categories = {c.id: c for c in db.session.scalars(select(Category).where(Category.id.in_(large)))}
    offers = [_group_offer(categories[category_id], group) for category_id, group in large.items()]
    return sorted(offers, key=lambda offer: -offer.colleagues)


def _group_offer(category: Category, group: Sequence[_Report]) -> Offer:
    first = min(group, key=lambda report: (report.created_at, report.id))
    return Offer(
        key=f"alike-{category.id}",
        title=None,
        category=category,
        colleagues=len({report.requester_id for report in group}),
        since=first.created_at,
        main_id=first.same_as_id or first.id,
    )


def _colleagues_by_main(main_ids: Sequence[int]) -> dict[int, int]:
    main = func.coalesce(Incident.same_as_id, Incident.id)
    rows = db.session.execute(
        select(main, func.count(func.distinct(Incident.requester_id)))
        .where(
            Incident.state.in_(OPEN_STATES),
            or_(Incident.id.in_(main_ids), Incident.same_as_id.in_(main_ids)),
            may_teach(),
        )
        .group_by(main)
    )
    return dict(rows.all())
