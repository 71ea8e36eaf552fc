"""When the index is gone the database answers, and it knows the same rights."""

import shutil

import pytest

from servicedesk.web.settings import EXTENSION as SETTINGS
from tests.permissions import oracle
from tests.permissions.conftest import Desk
from tests.permissions.stage import PEOPLE, WORD

_ACTIVE = [name for name, who in PEOPLE.items() if who.is_active]


@pytest.fixture(scope="module")
def broken(staged: Desk) -> Desk:
    """The fixed world without its index."""
    shutil.rmtree(staged.app.extensions[SETTINGS].index_dir)
    return staged


@pytest.mark.parametrize("name", _ACTIVE)
def test_the_search_page_finds_exactly_what_one_may_read(broken: Desk, name: str) -> None:
    held = broken.stage.secrets.held_by(broken.browsers[name].get(f"/search?q={WORD}").data)
    papers = {paper: seen for paper, seen in broken.stage.shelf.papers.items() if paper != "opened"}
    expected = {
        f"article {paper} title" for paper, seen in papers.items() if oracle.may_read(PEOPLE[name], seen)
    }
    assert {secret for secret in held if secret.endswith("title")} == expected


@pytest.mark.parametrize("name", _ACTIVE)
def test_no_other_page_shows_more_than_before(broken: Desk, name: str) -> None:
    who, browser = PEOPLE[name], broken.browsers[name]
    pages = (
        "/articles/open-canary",
        f"/incidents/suggestions?text=my+{WORD}+is+silent",
        f"/api/v1/suggestions?text=my+{WORD}+is+silent",
        *(f"/incidents/{staged_case.id}" for staged_case in broken.stage.cases.values()),
    )
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code in (200, 404), page
        assert broken.stage.secrets.seen_in(answer.data, by=who) == [], page
