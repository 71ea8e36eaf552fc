"""Headless Chromium, and windows in it for whoever is signed in.

Every page that a window opens must log no error, be refused nothing, and ask nobody but this machine.
"""

import shutil
from collections.abc import Callable
from typing import Literal

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    StorageState,
)

from tests.browser.product import Product

PHONE, DESK = 390, 1280
Theme = Literal["light", "dark"]
OpenPage = Callable[..., Page]
_FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--no-sandbox"]  # fmt: skip
# Chromium logs each answer of 400 and above, also those that a test is about.
_EXPECTED = "status of 4"


def launch(playwright: Playwright) -> Browser | None:
    """Start Debian's Chromium, or return None where it is not installed."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    return playwright.chromium.launch(executable_path=executable, args=_FLAGS) if executable else None


class Windows:
    """Windows on one product. People sign in once; later windows of theirs take the log-in over."""

    def __init__(self, browser: Browser, product: Product) -> None:
        self.product = product
        self.complaints: list[str] = []
        self._browser = browser
        self._states: dict[str, StorageState] = {}
        self._contexts: list[BrowserContext] = []

    def open(
        self,
        who: str | None,
        *,
        theme: Theme = "light",
        width: int = DESK,
        javascript: bool = True,
        locale: str = "en-GB",
        scale: int = 1,
    ) -> Page:
        """Open a window for a role or a user name; None is not signed in."""
        context = self._browser.new_context(
            base_url=self.product.url,
            color_scheme=theme,
            locale=locale,
            timezone_id="Europe/Warsaw",
            viewport={"width": width, "height": 844 if width < 600 else 800},
            java_script_enabled=javascript,
            has_touch=width < 600,
            device_scale_factor=scale,
            storage_state=self._state_of(who) if who else None,
        )
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        context.on("page", self._watch)
        return context.new_page()

    def close_all(self) -> None:
        """Close the windows; log-ins stay."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _state_of(self, who: str) -> StorageState:
        if who not in self._states:
            with self._browser.new_context(base_url=self.product.url) as context:
                page = context.new_page()
                sign_in(page, self.product, who)
                self._states[who] = context.storage_state()
        return self._states[who]

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._read(page, message))
        page.on("request", self._check)

    def _read(self, page: Page, message: ConsoleMessage) -> None:
        if message.type == "error" and _EXPECTED not in message.text:
            self.complaints.append(f"{page.url}: {message.text}")

    def _check(self, request: Request) -> None:
        if not request.url.startswith((self.product.url, "blob:")):
            self.complaints.append(f"{request.frame.url} asked {request.url}")


def sign_in(page: Page, product: Product, who: str) -> None:
    """Sign in on the log-in page as a person would; the page stays where the log-in leads."""
    account = product.account(who)
    if "/login" not in page.url:
        page.goto("/login")
    page.fill("input[name=username]", account["name"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
