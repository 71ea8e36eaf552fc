"""One running product and one Chromium for all browser tests."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.product import Product, start_product
from tests.browser.windows import OpenPage, Windows, launch


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo, started once for all browser tests."""
    with ExitStack() as stack:
        yield start_product(tmp_path_factory.mktemp("browser") / "instance", stack)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, which drives Debian's Chromium."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests."""
    chromium = launch(playwright)
    if chromium is None:
        message = "Chromium is not installed (Debian package: chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def _all_windows(browser: Browser, product: Product) -> Windows:
    return Windows(browser, product)


@pytest.fixture
def windows(_all_windows: Windows) -> Iterator[Windows]:
    """Windows on the product; they close with the test, which fails if a page of theirs had anything to complain of."""
    yield _all_windows
    _all_windows.close_all()
    complaints, _all_windows.complaints = _all_windows.complaints, []
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def open_page(windows: Windows) -> OpenPage:
    """Open a browser window: open_page("employee", theme="dark", width=390); None is not signed in."""
    return windows.open
