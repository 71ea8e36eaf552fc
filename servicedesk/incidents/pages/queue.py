"""The queue of IT staff: filters stand in the address, so a view can be kept as a bookmark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast, get_args

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.queries import queue as queries
from servicedesk.incidents.queries.queue import PAGE_SIZE, Choices, Counts, Filter, Line, Sort
from servicedesk.incidents.rules import State
from servicedesk.people.current import current_person
from servicedesk.web import access
from servicedesk.web.language import current_language
from servicedesk.web.paging import Page, page_number

_LONGEST_WORDS = 200
_DEFAULT = Filter()
_STATES = ("open", "all", *(state.value for state in State))


@dataclass(frozen=True)
class View:
    """A saved view: a name and the filter behind it."""

    name: str
    count: int
    address: str
    is_current: bool


@dataclass(frozen=True)
class Chip:
    """One filter that is set, and the address without it."""

    name: str
    address: str


@blueprint.get("/queue")
@access.role("agent", "admin")
def queue() -> str | Response:
    """Show one page of the queue; the number of an incident opens it."""
    person = current_person()
    chosen = read_filter(request.args)
    if (number := queries.find_number(chosen.words, seen_by=person) if chosen.words else None) is not None:
        return redirect(url_for("incidents.show", incident_id=number), 303)
    counts = queries.count_views(seen_by=person)
    choices = queries.list_choices(seen_by=person)
    number_of_page = page_number()
    page = Page(
        items=queries.list_lines(chosen, seen_by=person, page=number_of_page),
        number=number_of_page,
        size=PAGE_SIZE,
        total=counts.open if chosen == _DEFAULT else queries.count_lines(chosen, seen_by=person),
    )
    return render_template(
        "incidents/queue.html",
        page=page,
        chosen=chosen,
        choices=choices,
        views=_views(counts, chosen),
        chips=_chips(chosen, choices, page.items),
        language=current_language(),
    )


def read_filter(values: Mapping[str, str]) -> Filter:
    """Read the filter of an address; what makes no sense is left out."""
    sort = values.get("sort", "")
    state = values.get("state", "")
    return Filter(
        state=state if state in _STATES else _DEFAULT.state,
        team=_number_or(values.get("team", ""), ("mine",)),
        assignee=_number_or(values.get("assignee", ""), ("me", "nobody")),
        category=_number(values.get("category", "")),
        priority=_number(values.get("priority", "")),
        requester=_number(values.get("requester", "")),
        words=values.get("q", "").strip()[:_LONGEST_WORDS],
        sort=cast(Sort, sort) if sort in get_args(Sort) else _DEFAULT.sort,
    )


def address_of(chosen: Filter) -> str:
    """Return the address of the queue with this filter; what is as usual is not said."""
    values: dict[str, Any] = {
        "state": "" if chosen.state == _DEFAULT.state else chosen.state,
        "team": chosen.team,
        "assignee": chosen.assignee,
        "category": chosen.category,
        "priority": chosen.priority,
        "requester": chosen.requester,
        "q": chosen.words,
        "sort": "" if chosen.sort == _DEFAULT.sort else chosen.sort,
    }
    return url_for("incidents.queue", **{name: value for name, value in values.items() if value})


def _views(counts: Counts, chosen: Filter) -> list[View]:
    saved = (
        (_("My open"), counts.mine, Filter(assignee="me")),
        (_("Unassigned in my teams"), counts.unassigned, Filter(team="mine", assignee="nobody")),
        (_("All open"), counts.open, _DEFAULT),
        (_("Waiting for answer"), counts.waiting, Filter(state="waiting")),
        (_("Resolved lately"), counts.resolved, Filter(state="resolved")),
    )
    unsorted = replace(chosen, sort=_DEFAULT.sort)
    return [View(name, count, address_of(view), view == unsorted) for name, count, view in saved]


def _chips(chosen: Filter, choices: Choices, lines: Sequence[Line]) -> list[Chip]:
    language = current_language()
    # Whose incidents the person does not see, they are not told the name of.
    requester = lines[0].requester if lines else _("one colleague")
    teams = {str(team.id): team.name(language) for team in choices.teams} | {"mine": _("My teams")}
    people = {str(id_): name for id_, name in choices.people} | {
        "me": _("Assigned to me"),
        "nobody": _("Assigned to nobody"),
    }
    categories = {category.id: category.name(language) for category in choices.categories}
    chips = [
        (state_name(chosen.state), replace(chosen, state=_DEFAULT.state), chosen.state != _DEFAULT.state),
        (teams.get(chosen.team, _("Another team")), replace(chosen, team=""), bool(chosen.team)),
        (
            people.get(chosen.assignee, _("Somebody else")),
            replace(chosen, assignee=""),
            bool(chosen.assignee),
        ),
        (
            categories.get(chosen.category or 0, _("Another category")),
            replace(chosen, category=None),
            bool(chosen.category),
        ),
        (
            _("Priority %(number)s", number=chosen.priority),
            replace(chosen, priority=None),
            bool(chosen.priority),
        ),
        (
            _("Asked by %(name)s", name=requester),
            replace(chosen, requester=None),
            bool(chosen.requester),
        ),
        (_("Text: %(words)s", words=chosen.words), replace(chosen, words=""), bool(chosen.words)),
    ]
    return [Chip(name, address_of(without)) for name, without, is_set in chips if is_set]


def state_name(state: str) -> str:
    """Return the words for a state filter."""
    names = {
        "open": _("All open"),
        "all": _("Open and ended"),
        "new": _("New"),
        "in_progress": _("In progress"),
        "waiting": _("Waiting for answer"),
        "resolved": _("Resolved"),
        "closed": _("Closed"),
    }
    return names[state]


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None


def _number_or(value: str, words: tuple[str, ...]) -> str:
    return value if value in words or _number(value) else ""
