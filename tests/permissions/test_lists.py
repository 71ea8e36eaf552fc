"""Lists, search, suggestions and numbers show exactly what one may see, and nothing hidden changes a byte of them.

All channels are held against one oracle (security.md A6, A7, A8).
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.desk.models import Category
from servicedesk.incidents.actions import conversation
from servicedesk.incidents.actions.filing import NewIncident, file_incident
from servicedesk.incidents.models import SolvingArticle
from servicedesk.incidents.rules import State
from servicedesk.knowledge import actions as knowledge
from servicedesk.knowledge.sources import Draft
from tests.permissions import oracle, shelf, stage
from tests.permissions.conftest import Desk
from tests.permissions.oracle import Case, Paper, Somebody
from tests.permissions.secrets import mark
from tests.permissions.stage import PEOPLE, WORD

# What is hidden is added last, so all of it happens in one process.
pytestmark = pytest.mark.xdist_group("lists")
_ACTIVE = [name for name, who in PEOPLE.items() if who.is_active]
_OUTSIDERS = ("emil", "anna", "nina", "edyta", "adam")  # Neither in the group nor in the restricted team.
_WORKS = frozenset({"agent", "admin"})
_RANDOM = re.compile(rb'name="csrf_token" value="[^"]*"|value="[A-Za-z0-9_-]{24}"|session=[A-Za-z0-9_-]{24}')
_WITH_A_NEWER_DRAFT = Paper("published", "everyone", "everyone", "edyta")
Shows = Callable[[Somebody, Case], bool]


def _is_own(who: Somebody, case: Case) -> bool:
    return who.name == case.requester or who.name in case.watchers


def _in_queue(who: Somebody, case: Case) -> bool:
    return bool(who.roles & _WORKS) and oracle.sees_as_staff(who, case)


INCIDENT_LISTS: tuple[tuple[str, tuple[str, ...], Shows], ...] = (
    ("/incidents", ("title", "resolved title"), _is_own),
    ("/queue?state=all", ("title", "resolved title"), _in_queue),
    ("/queue", ("title",), _in_queue),
    ("/queue?state=resolved", ("resolved title",), _in_queue),
    (f"/queue?state=all&q={WORD}", ("title", "resolved title"), _in_queue),
)
ARTICLE_LISTS: tuple[tuple[str, Callable[[Somebody, Paper], bool]], ...] = (
    ("/articles", oracle.may_read),
    (f"/search?q={WORD}", oracle.may_read),
    (f"/search?q={WORD}+hungry", oracle.may_read),
    (f"/incidents/suggestions?text=feed+my+hungry+{WORD}", oracle.may_read),
    (f"/incidents/new?text=feed+my+hungry+{WORD}&answers=1", oracle.may_read),
    (f"/api/v1/suggestions?text=feed+my+hungry+{WORD}&limit=10", oracle.may_read),
    (
        "/articles/edit?shelf=archived",
        lambda who, paper: paper.state == "archived" and oracle.may_edit(who, paper),
    ),
    (
        "/articles/edit?shelf=published",
        lambda who, paper: paper.state == "published" and oracle.may_edit(who, paper),
    ),
    (
        "/articles/edit?shelf=drafts",
        lambda who, paper: (
            oracle.may_edit(who, paper) and (paper.state == "draft" or paper == _WITH_A_NEWER_DRAFT)
        ),
    ),
)


@pytest.mark.parametrize("name", _ACTIVE)
@pytest.mark.parametrize(
    ("address", "kinds", "shows"), INCIDENT_LISTS, ids=[row[0] for row in INCIDENT_LISTS]
)
def test_a_list_of_incidents_shows_exactly_what_one_may_see(
    staged: Desk, address: str, kinds: tuple[str, ...], shows: Shows, name: str
) -> None:
    held = staged.stage.secrets.held_by(staged.browsers[name].get(address).data)
    expected = {
        f"{visibility} {kind}"
        for visibility, staged_case in staged.stage.cases.items()
        for kind in kinds
        if shows(PEOPLE[name], staged_case.case)
    }
    assert {
        secret for secret in held if secret.endswith("title") and not secret.startswith("article")
    } == expected


@pytest.mark.parametrize("name", _ACTIVE)
def test_the_first_page_shows_ones_own_incidents_alone(staged: Desk, name: str) -> None:
    held = staged.stage.secrets.held_by(staged.browsers[name].get("/").data)
    own = {f"{visibility} title" for visibility in staged.stage.cases} if name == "ewa" else set()
    assert own <= held
    assert name == "ewa" or not {secret for secret in held if not secret.startswith("article everyone")}


@pytest.mark.parametrize("name", _ACTIVE)
@pytest.mark.parametrize(("address", "shows"), ARTICLE_LISTS, ids=[row[0] for row in ARTICLE_LISTS])
def test_a_list_of_articles_shows_exactly_what_one_may_read(
    staged: Desk, address: str, shows: Callable[[Somebody, Paper], bool], name: str
) -> None:
    held = staged.stage.secrets.held_by(staged.browsers[name].get(address).data)
    papers = {paper: seen for paper, seen in staged.stage.shelf.papers.items() if paper != "opened"}
    expected = {f"article {paper} title" for paper, seen in papers.items() if shows(PEOPLE[name], seen)}
    assert {
        secret for secret in held if secret.startswith("article ") and secret.endswith("title")
    } == expected


@pytest.mark.parametrize("name", _ACTIVE)
def test_a_category_exists_for_whom_an_article_in_it_does(staged: Desk, name: str) -> None:
    browser = staged.browsers[name]
    absent = _plain(browser.get("/articles/category/birds/none").data)
    for paper, seen in staged.stage.shelf.papers.items():
        if paper in ("everyone", "opened"):
            continue
        answer = browser.get(f"/articles/category/birds/{mark(f'article {paper} category')}")
        assert answer.status_code == (200 if oracle.may_read(PEOPLE[name], seen) else 404)
        assert answer.status_code == 200 or _plain(answer.data) == absent


@pytest.mark.parametrize("name", [name for name in _ACTIVE if PEOPLE[name].roles & _WORKS])
def test_a_number_leads_only_to_what_one_sees_as_staff(staged: Desk, name: str) -> None:
    for staged_case in staged.stage.cases.values():
        answer = staged.browsers[name].get(f"/queue?q=INC-{staged_case.id}")
        assert answer.status_code == (303 if oracle.sees_as_staff(PEOPLE[name], staged_case.case) else 200)


@pytest.mark.parametrize("name", [name for name in _ACTIVE if name not in ("olek", "hanna")])
def test_a_misspelt_word_is_not_mended_with_a_word_of_a_hidden_text(staged: Desk, name: str) -> None:
    for what in ("title", "body", "keyword"):
        hidden = mark(f"article group {what}")
        answer = staged.browsers[name].get(f"/search?q={hidden[:-1]}")
        assert hidden.encode() not in answer.data


@pytest.fixture(scope="module")
def pages_before_and_after(staged: Desk) -> dict[str, tuple[list[bytes], list[bytes]]]:
    """What everybody but the group and the restricted team sees, before and after much that is hidden from them."""
    names = _OUTSIDERS
    with time_machine.travel(datetime.now(UTC), tick=False):
        before = {name: _pages(staged, name) for name in names}
        with staged.app.app_context():
            _add_what_is_hidden(staged)
            db.session.commit()
            jobs.update_search()
        after = {name: _pages(staged, name) for name in names}
    return {name: (before[name], after[name]) for name in names}


@pytest.mark.parametrize("name", _OUTSIDERS)
def test_nothing_hidden_changes_a_byte_of_what_one_sees(
    pages_before_and_after: dict[str, tuple[list[bytes], list[bytes]]], name: str
) -> None:
    before, after = pages_before_and_after[name]
    pages = zip(_watched_pages(), before, after, strict=True)
    changed = [address for address, old, new in pages if old != new and not _counts_groups(name, address)]
    assert changed == []


def _counts_groups(name: str, address: str) -> bool:
    """Tell whether it is where an admin reads how many articles each group has: more than that is not told."""
    return "admin" in PEOPLE[name].roles and address.startswith("/articles/edit")


def _watched_pages() -> tuple[str, ...]:
    searches = (
        f"/search?q={WORD}",
        f"/search?q={WORD}+sparrow",
        "/search?q=sparow",
        "/search?q=category:birds",
    )
    queues = (
        "/queue",
        "/queue?state=all",
        f"/queue?state=all&q={WORD}",
        "/queue?assignee=nobody&team=mine",
        "/queue?state=resolved",
    )
    suggestions = (
        f"/incidents/suggestions?text=my+{WORD}+is+silent",
        f"/incidents/new?text=my+{WORD}+is+silent&answers=1",
    )
    articles = (
        "/articles",
        "/articles/category/birds",
        "/articles/open-canary",
        "/articles/edit",
        "/articles/edit?shelf=published",
    )
    return (
        "/",
        "/incidents",
        "/incidents/1",
        "/incidents/1/resolve",
        *searches,
        *queues,
        *suggestions,
        *articles,
    )


def _pages(staged: Desk, name: str) -> list[bytes]:
    return [_plain(staged.browsers[name].get(address).data) for address in _watched_pages()]


def _plain(page: bytes) -> bytes:
    """Leave out what is random in each answer."""
    return re.sub(rb"Request number: [0-9a-f]+|Numer [^<]*: [0-9a-f]+", b"", _RANDOM.sub(b"", page))


def _add_what_is_hidden(staged: Desk) -> None:
    hanna = stage.person("hanna")
    payroll = db.session.query(Category).filter_by(key="payroll").one()
    for number in range(3):
        incident = file_incident(
            NewIncident(
                requester=hanna,
                filed_by=hanna,
                title=f"The {WORD} is silent {number}",
                text=f"My {WORD} sparrow is silent",
                language="en",
                category_id=payroll.id,
                same_as_id=staged.stage.cases["normal"].id,
            )
        )
        db.session.flush()
        if number == 2:
            conversation.change_state(incident, State.RESOLVED, by=hanna)
            article_id = staged.stage.shelf.article_ids["everyone"]
            db.session.add(
                SolvingArticle(incident_id=incident.id, article_id=article_id, linked_by_id=hanna.id)
            )
    writer = shelf.as_member("edyta")
    for number in range(3):
        draft = Draft(
            title=f"Feed a sparrow and a {WORD} {number}",
            body=f"The {WORD} and the sparrow eat seeds.\n",
            audience=shelf.GROUP,
            category="birds/sparrows",
            tags=("sparrow",),
            keywords=(WORD,),
        )
        article = knowledge.create_article(draft, language="en", by=writer)
        if number:
            knowledge.publish(article, by=writer)
