"""`make screenshots`: pictures of the main pages from the running product, into docs/screenshots/.

<page>-<theme>-<width>-<language>.png; the window as it is, not the whole page, so that they stay small.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product as every
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.product import ROOT, Product, start_product
from tests.browser.windows import DESK, PHONE, Theme, Windows, launch

_FOLDER = ROOT / "docs" / "screenshots"
_THEMES: tuple[Theme, ...] = ("light", "dark")
_WORDS = {"en": "Outlook keeps asking for my password", "pl": "Outlook ciągle pyta o hasło"}
_SEARCH = {"en": "printer", "pl": "drukarka"}
_ARTICLE = {"en": "vpn-does-not-connect", "pl": "vpn-nie-laczy"}


@dataclass(frozen=True)
class Picture:
    """A page, the person in each language who looks at it, and how one gets there."""

    name: str
    people: dict[str, str | None]
    go: Callable[[Page, str], object]


def _home(page: Page, language: str) -> None:
    page.goto("/")


def _suggestions(page: Page, language: str) -> None:
    page.goto("/")
    page.fill("#text", _WORDS[language])
    page.wait_for_selector("[data-answer]")
    page.wait_for_selector(".ask-late", state="detached")


def _panel(page: Page, language: str) -> None:
    _suggestions(page, language)
    page.locator("[data-answer]").first.click()
    page.wait_for_selector("[data-suggested]")


def _details(page: Page, language: str) -> None:
    page.goto("/incidents/new")
    page.fill("#text", _WORDS[language])
    page.locator("button[name=step][value=details]").click()
    page.wait_for_url("**/details")


def _article(page: Page, language: str) -> None:
    page.goto(f"/articles/{_ARTICLE[language]}")


def _incident(page: Page, language: str) -> None:
    page.goto("/incidents")
    page.locator(".incident-line a").first.click()
    page.wait_for_url("**/incidents/*")


def _work(page: Page, language: str) -> None:
    page.goto("/queue?state=all&sort=newest")
    page.locator("[data-open]").filter(has_text="VPN").first.click()
    page.wait_for_url("**/incidents/*")


def _editor(page: Page, language: str) -> None:
    page.goto(f"/articles/{_ARTICLE[language]}/edit")


_EMPLOYEE: dict[str, str | None] = {"en": "emily.brown", "pl": "ewa.nowak"}
_AGENT: dict[str, str | None] = {"en": "anna.lis", "pl": "piotr.was"}
PICTURES = (
    Picture("login", {"en": None, "pl": None}, lambda page, language: page.goto("/login")),
    Picture("home", _EMPLOYEE, _home),
    Picture("suggestions", _EMPLOYEE, _suggestions),
    Picture("panel", _EMPLOYEE, _panel),
    Picture("filing", _EMPLOYEE, _details),
    Picture("article", _EMPLOYEE, _article),
    Picture("search", _EMPLOYEE, lambda page, language: page.goto(f"/search?q={_SEARCH[language]}")),
    Picture("incident", _EMPLOYEE, _incident),
    Picture("queue", _AGENT, lambda page, language: page.goto("/queue")),
    Picture("work", _AGENT, _work),
    Picture("editor", {"en": "edyta.bak", "pl": "edyta.bak"}, _editor),
)


def take(
    running: Product, folder: Path, only: Sequence[str], languages: Sequence[str], *, whole: bool
) -> int:
    """Take the pictures, and return how many."""
    taken = 0
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            raise SystemExit("Chromium is not installed (Debian package: chromium).")
        windows = Windows(browser, running)
        wanted = [picture for picture in PICTURES if not only or picture.name in only]
        for picture, language, width in every(wanted, languages, (DESK, PHONE)):
            page = windows.open(picture.people[language], width=width, locale=f"{language}-PL")
            picture.go(page, language)
            for theme in _THEMES:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                name = f"{picture.name}-{theme}-{width}-{language}.png"
                page.screenshot(path=folder / name, full_page=whole, animations="disabled", caret="hide")
                taken += 1
            windows.close_all()
        browser.close()
    return taken


def main() -> int:
    """Start the product and take the pictures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pages", nargs="*", help="names of pages; all of them without any")
    chosen = arguments.parse_args()
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder, ExitStack() as stack:
        running = start_product(Path(folder) / "instance", stack)
        count = take(running, _FOLDER, chosen.pages, ("en", "pl"), whole=False)
    sys.stdout.write(f"{count} pictures in {_FOLDER.relative_to(ROOT)}/\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
