"""Every page of the product and who sees it: a place is how one gets there in a window that is signed in."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser import steps

_PROBLEM = {"en": "the printer prints nothing", "pl": "drukarka nic nie drukuje"}
_ARTICLE = {"en": "vpn-does-not-connect", "pl": "vpn-nie-laczy"}


@dataclass(frozen=True)
class Place:
    """A page in a certain state. `go` leads there in the language of the window."""

    name: str
    who: str | None
    go: Callable[[Page, str], object]

    def __str__(self) -> str:
        """Name the place as a test does."""
        return f"{self.name} ({self.who or 'not signed in'})"


def _at(address: str) -> Callable[[Page, str], object]:
    return lambda page, language: page.goto(address.format(article=_ARTICLE[language]))


def _first(address: str, link: str) -> Callable[[Page, str], object]:
    """Open the first link of a list."""

    def go(page: Page, language: str) -> None:
        page.goto(address)
        target = page.locator(link).first.get_attribute("href")
        assert target
        page.goto(target)

    return go


def _answers(page: Page, language: str) -> None:
    page.goto("/")
    steps.type_problem(page, _PROBLEM[language])
    page.wait_for_selector("[data-answer]")


def _panel(page: Page, language: str) -> None:
    _answers(page, language)
    page.locator("[data-answer]").first.click()
    page.wait_for_selector("[data-suggested]")


def _details(page: Page, language: str) -> None:
    page.goto("/incidents/new")
    page.fill("#text", _PROBLEM[language])
    steps.go_on_to_details(page)


def _details_with_an_error(page: Page, language: str) -> None:
    _details(page, language)
    page.fill("#text", "")
    page.locator(".details-form button.btn-primary").click()
    page.wait_for_selector(".error-summary")


def _resolving(page: Page, language: str) -> None:
    page.goto("/queue?team=mine")
    opened = page.locator("[data-open]").first.get_attribute("href")
    page.goto(f"{opened}/resolve")


def _composing_note(page: Page, language: str) -> None:
    _first("/queue?team=mine", "[data-open]")(page, language)
    page.locator("label[for=box-note]").click()


def _finding_a_colleague(page: Page, language: str) -> None:
    _first("/queue?team=mine", "[data-open]")(page, language)
    page.locator("#followers summary").click()
    page.locator("#colleague").press_sequentially("em")
    page.wait_for_selector("#colleague-list li")


def _keys(page: Page, language: str) -> None:
    page.goto("/queue")
    page.keyboard.press("?")
    page.wait_for_selector("[data-keys-dialog][open]")


def _preview(page: Page, language: str) -> None:
    _at("/articles/{article}/edit")(page, language)
    page.locator("#tab-preview").click()
    page.wait_for_selector("#panel-preview:not([hidden])")


def _menu(page: Page, language: str) -> None:
    page.goto("/articles")
    page.locator("details[data-menu] summary").click()


def _wrong_password(page: Page, language: str) -> None:
    page.goto("/login")
    page.fill("#username", "nobody.known")
    page.fill("#password", "not this one")
    page.click("main form button[type=submit]")
    page.wait_for_selector(".error-summary")


PLACES = (
    Place("log-in", None, _at("/login")),
    Place("log-in refused", None, _wrong_password),
    Place("signed out", None, _at("/signed-out")),
    Place("home", "employee", _at("/")),
    Place("answers while typing", "employee", _answers),
    Place("article in the panel", "employee", _panel),
    Place("answers", "employee", _at("/incidents/new?text=vpn&answers=1")),
    Place("suggested article", "employee", _at("/incidents/new/articles/{article}")),
    Place("filing", "employee", _details),
    Place("filing with an error", "employee", _details_with_an_error),
    Place("my incidents", "employee", _at("/incidents")),
    Place("incident", "employee", _first("/incidents", ".incident-line a")),
    Place("articles", "employee", _at("/articles")),
    Place("category", "employee", _at("/articles/category/network")),
    Place("article", "employee", _at("/articles/{article}")),
    Place("search", "employee", _at("/search?q=vpn")),
    Place("search without a hit", "employee", _at("/search?q=xyzzyplugh")),
    Place("menu", "employee", _menu),
    Place("profile", "employee", _at("/profile")),
    Place("sessions", "employee", _at("/profile/sessions")),
    Place("not found", "employee", _at("/articles/there-is-none")),
    Place("not allowed", "employee", _at("/queue")),
    Place("home of staff", "agent", _at("/")),
    Place("queue", "agent", _at("/queue")),
    Place("queue with filters", "agent", _at("/queue?state=resolved&priority=3")),
    Place("empty queue", "agent", _at("/queue?q=xyzzyplugh")),
    Place("keys", "agent", _keys),
    Place("incident for staff", "agent", _first("/queue?team=mine", "[data-open]")),
    Place("internal note", "agent", _composing_note),
    Place("finding a colleague", "agent", _finding_a_colleague),
    Place("ended incident", "agent", _first("/queue?state=closed", "[data-open]")),
    Place("resolving", "agent", _resolving),
    Place("editor home", "editor", _at("/articles/edit")),
    Place("editor", "editor", _at("/articles/{article}/edit")),
    Place("preview", "editor", _preview),
    Place("new article", "editor", _at("/articles/new")),
    Place("revisions", "editor", _at("/articles/{article}/revisions")),
    Place("revision", "editor", _at("/articles/{article}/revisions/1")),
    Place("security events", "admin", _at("/admin/security-events")),
    Place("state of the desk", "admin", _at("/admin/state")),
    Place("mail that failed", "admin", _at("/admin/failed-mails")),
    Place("home of an admin", "admin", _at("/")),
    Place("queue of an admin", "admin", _at("/queue?state=all")),
)
