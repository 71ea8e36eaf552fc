"""Articles of the two large sets go in through the command line, and are found and suggested in the browser.

Both go in whole in tests/knowledge/test_real_sets.py; here it is a part of each, with what is looked for.
"""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import steps
from tests.browser.product import Product, start_product
from tests.browser.windows import Windows
from tests.data import find_data

pytestmark = pytest.mark.data
_INDEXED_WITHIN_S = 60
_OTHERS = 300
_IMPORTED = re.compile(r"(\d+) added, 0 changed, 0 unchanged, (\d+) refused")
_CASES = [
    pytest.param(
        "en",
        "voicemail delivered client",
        "I do not get my voicemail messages, they are not delivered to the Teams client",
        "Voicemail messages aren't delivered in Teams or Skype for Business client",
        id="en",
    ),
    pytest.param(
        "pl",
        "surface nie uruchamia",
        "windows w ogóle się nie uruchamia na moim surface",
        "Windows nie uruchamia się na surface",
        id="pl",
    ),
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of its own, so that the other tests stay quick, with both sets imported."""
    data = find_data()
    if data is None:
        pytest.skip("The large real data set is not here (SERVICEDESK_DATA)")
    with ExitStack() as stack:
        product = start_product(tmp_path_factory.mktemp("real") / "instance", stack)
        for case, name in zip(_CASES, ("ms-office-support-en", "ms-admin-insights-pl"), strict=True):
            language, *_, title = case.values
            part = tmp_path_factory.mktemp("part") / name
            _copy_part(data / name / "kb", part, str(title))
            _import(product, part, str(language))
        yield product


def _copy_part(tree: Path, part: Path, title: str) -> None:
    """Copy the article of this title and every so many of the others."""
    paths = sorted(tree.rglob("*.md"))
    chosen = [*paths[:: len(paths) // _OTHERS], *(path for path in paths if title in path.read_text())]
    for path in chosen:
        target = part / path.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _import(product: Product, folder: Path, language: str) -> None:
    """Import a tree; what is refused is named, and next to nothing is."""
    there = sum(1 for _ in folder.rglob("*.md"))
    report = _IMPORTED.search(product.flask("kb", "import", str(folder), "--language", language))
    assert report is not None
    added, refused = int(report[1]), int(report[2])
    assert added + refused == there
    assert refused <= there / 100


@pytest.fixture
def windows(browser: Browser, filled: Product) -> Iterator[Windows]:
    """Windows on the filled product."""
    windows = Windows(browser, filled)
    yield windows
    windows.close_all()
    assert not windows.complaints, "\n".join(windows.complaints)


@pytest.mark.parametrize(("language", "words", "problem", "title"), _CASES)
def test_an_imported_article_is_found_and_suggested(
    language: str, words: str, problem: str, title: str, windows: Windows
) -> None:
    page = windows.open("employee", locale=f"{language}-PL")
    _search_until_found(page, words, title)
    page.get_by_role("link", name=title).first.click()
    assert page.get_by_role("heading", level=1).inner_text() == title
    page.goto("/")
    steps.type_problem(page, problem)
    assert title in steps.answer_titles(page)


def _search_until_found(page: Page, words: str, title: str) -> None:
    """Search until the index has the articles, which another process brings up to date."""
    give_up_at = time.monotonic() + _INDEXED_WITHIN_S
    found: list[str] = []
    while time.monotonic() < give_up_at:
        page.goto("/articles")
        page.fill("#q", words)
        page.press("#q", "Enter")
        page.wait_for_url("**/search?*")
        found = page.locator(".hit-title").all_inner_texts()
        if title in found:
            return
        time.sleep(1)
    raise AssertionError(f"Not found after {_INDEXED_WITHIN_S} s: {found}")
