"""What the two halves of the form send, read as changes of the draft; nothing is refused, for it is only kept."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _

from servicedesk.incidents.suggestions import recording
from servicedesk.incidents.suggestions.queries import find_readable
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.people.models import Person
from servicedesk.people.rules import EVERYONE

# More than the form accepts in the end, so that a text that is too long can be shortened and not lost.
_LONGEST = {"text": 200_000, "title": 1000, "contact": 500, "requester": 254, "article": 120}
_NUMBERS = ("category_id", "impact", "urgency")
FIELDS = (*_LONGEST, *_NUMBERS, "proposed_title", "steps", "session", "fact_*")
_MOST_STEPS = 50
_LONGEST_FACT = 500


def posted_changes(facts: Sequence[str] = ()) -> dict[str, object]:
    """Return the fields of the draft that the request carries; those that it does not carry stay as they are."""
    form = request.form
    changes: dict[str, Any] = {name: form[name][:length] for name, length in _LONGEST.items() if name in form}
    if "title" in form:
        changes["title"] = own_title(changes["title"], form.get("proposed_title"))
    changes |= {name: _number(form[name]) for name in _NUMBERS if name in form}
    if "steps" in form:
        changes["steps"] = step_numbers(form.getlist("steps"))
    if recording.is_session_id(form.get("session", "")):
        changes["session"] = form["session"]
    if any(name.startswith("fact_") for name in form):
        answers = (
            (fact, form.get(f"fact_{number}", "")[:_LONGEST_FACT]) for number, fact in enumerate(facts)
        )
        changes["facts"] = {fact: answer for fact, answer in answers if answer.strip()}
    return changes


def own_title(title: str, proposed: str | None) -> str:
    """Return a title that the person wrote, "" for the one that the page had proposed."""
    return "" if title == proposed else title


def step_numbers(values: Sequence[str]) -> tuple[int, ...]:
    """Read the numbers of steps, "3" or "1,2,3", each once and in order."""
    numbers = {_number(part) for value in values for part in value[:400].split(",")}
    return tuple(sorted(number for number in numbers if number and number <= _MOST_STEPS))


def find_about(slug: str, *, seen_by: Person) -> tuple[Article, ArticleRevision] | None:
    """Find the article that the form is about, if there is one and the person may read it."""
    return find_readable(slug, seen_by=seen_by) if slug else None


def steps_tried(revision: ArticleRevision, numbers: Sequence[int]) -> list[str]:
    """Return the words of these steps, as the article has them."""
    return [revision.steps[number - 1] for number in known_steps(revision, numbers)]


def known_steps(revision: ArticleRevision, numbers: Sequence[int]) -> list[int]:
    """Return those of the numbers that are numbers of steps of the article."""
    return [number for number in numbers if 0 < number <= len(revision.steps)]


def with_answers(text: str, revision: ArticleRevision | None, answers: Sequence[str]) -> str:
    """Add the answers to an article's questions, each with its question; by number where that is not for everyone."""
    is_open = revision is None or revision.audience == EVERYONE
    questions = revision.facts_needed if revision else ()
    lines = [
        f"{question}: {answer}" if is_open else f"{number}. {answer}"
        for number, (question, answer) in enumerate(zip(questions, answers, strict=False), start=1)
        if answer
    ]
    if lines and not is_open:
        lines.insert(0, _("Answers to the questions of the article:"))
    return "\n\n".join([text, "\n".join(lines)]).strip()


def _number(value: str) -> int | None:
    value = value.strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None
