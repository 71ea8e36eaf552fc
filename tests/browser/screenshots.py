"""`make screenshots`: pictures of the main pages from the running product, into docs/screenshots/.

<page>-<theme>-<width>-<language>.png: the window as it is and not the whole page, so that the files stay small.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import steps
from tests.browser.product import ROOT, Product, start_product
from tests.browser.windows import DESK, PHONE, Theme, Windows, launch

_FOLDER = ROOT / "docs" / "screenshots"
_LARGEST_BYTES = 200_000
_PROBLEM = {"en": "Outlook keeps asking for my password", "pl": "Outlook ciągle pyta o hasło"}
_SEARCH = {"en": "printer", "pl": "drukarka"}
_ARTICLE = {"en": "vpn-does-not-connect", "pl": "vpn-nie-laczy"}
_INCIDENT_OF_STAFF = {"en": "Outlook search", "pl": "Maile do klientów"}


@dataclass(frozen=True)
class Look:
    """One way in which a page is seen."""

    theme: Theme
    width: int
    language: str


@dataclass(frozen=True)
class Picture:
    """A page, who looks at it in English and in Polish, how one gets there, and in which looks it is kept."""

    name: str
    who_en: str | None
    who_pl: str | None
    go: Callable[[Page, str], object]
    looks: Sequence[Look]

    def who(self, language: str) -> str | None:
        """Return the person whose pages are in this language."""
        return self.who_pl if language == "pl" else self.who_en


_ALL = (
    Look("light", DESK, "en"),
    Look("dark", DESK, "en"),
    Look("light", PHONE, "en"),
    Look("dark", PHONE, "en"),
    Look("light", DESK, "pl"),
    Look("light", PHONE, "pl"),
)
_TWO = (Look("light", DESK, "en"), Look("dark", PHONE, "en"))


def _suggestions(page: Page, language: str) -> None:
    page.goto("/")
    steps.type_problem(page, _PROBLEM[language])
    page.wait_for_selector("[data-answer]")


def _panel(page: Page, language: str) -> None:
    _suggestions(page, language)
    page.locator("[data-answer]").first.click()
    page.wait_for_selector("[data-suggested]")


def _filing(page: Page, language: str) -> None:
    page.goto("/incidents/new")
    page.fill("#text", _PROBLEM[language])
    steps.go_on_to_details(page)


def _incident(page: Page, _language: str) -> None:
    page.goto("/incidents")
    page.locator(".incident-line a").first.click()
    page.wait_for_url(steps.INCIDENT)


def _work(page: Page, language: str) -> None:
    page.goto(f"/queue?q={_INCIDENT_OF_STAFF[language]}&state=all")
    page.locator("[data-open]").first.click()
    page.wait_for_url(steps.INCIDENT)


PICTURES = (
    Picture("login", None, None, lambda page, _: page.goto("/login"), _TWO),
    Picture("home", "employee", "ewa.nowak", lambda page, _: page.goto("/"), _ALL),
    Picture("suggestions", "employee", "ewa.nowak", _suggestions, _ALL),
    Picture("panel", "employee", "ewa.nowak", _panel, _TWO),
    Picture("filing", "employee", "ewa.nowak", _filing, _TWO),
    Picture("article", "employee", "ewa.nowak", lambda page, lang: page.goto(f"/articles/{_ARTICLE[lang]}"), _ALL),
    Picture("search", "employee", "ewa.nowak", lambda page, lang: page.goto(f"/search?q={_SEARCH[lang]}"), _TWO),
    Picture("incident", "employee", "ewa.nowak", _incident, _ALL),
    Picture("queue", "agent", "piotr.was", lambda page, _: page.goto("/queue"), _ALL),
    Picture("work", "agent", "piotr.was", _work, _ALL),
    Picture("editor", "editor", "editor", lambda page, lang: page.goto(f"/articles/{_ARTICLE[lang]}/edit"), _TWO),
)  # fmt: skip


def take(running: Product, folder: Path, only: Sequence[str] = (), *, whole: bool = False) -> Iterator[Path]:
    """Take the pictures and yield where each one is."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            raise SystemExit("Chromium is not installed (Debian package: chromium).")
        windows = Windows(browser, running)
        for picture in PICTURES:
            if only and picture.name not in only:
                continue
            for look in picture.looks:
                page = windows.open(
                    picture.who(look.language),
                    theme=look.theme,
                    width=look.width,
                    locale=f"{look.language}-PL",
                )
                page.emulate_media(reduced_motion="reduce")
                picture.go(page, look.language)
                path = folder / f"{picture.name}-{look.theme}-{look.width}-{look.language}.png"
                page.screenshot(path=path, full_page=whole, animations="disabled", caret="hide")
                windows.close_all()
                yield path
        browser.close()


def main() -> int:
    """Start the product and take the pictures; return 1 if one is too large to be kept."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pages", nargs="*", help="names of pages; all of them without any")
    arguments.add_argument("--whole", action="store_true", help="whole pages, for looking at them")
    arguments.add_argument("--to", type=Path, default=_FOLDER, help="another folder")
    chosen = arguments.parse_args()
    chosen.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder, ExitStack() as stack:
        running = start_product(Path(folder) / "instance", stack)
        taken = list(take(running, chosen.to, chosen.pages, whole=chosen.whole))
    large = [path.name for path in taken if path.stat().st_size > _LARGEST_BYTES and not chosen.whole]
    sys.stdout.write(f"{len(taken)} pictures in {chosen.to}\n")
    if large:
        sys.stderr.write(f"Larger than {_LARGEST_BYTES} bytes: {', '.join(large)}\n")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
