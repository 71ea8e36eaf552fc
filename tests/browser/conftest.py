"""The running product as `make run` starts it, with demo people, and headless Chromium to use it with.

Every page that a test opens must log no error and no refused resource, and ask nobody but this machine.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[2]
_START_TIMEOUT_S = 180
_CHROMIUM_FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                   "--disable-component-update", "--disable-sync", "--no-sandbox"]  # fmt: skip


@dataclass(frozen=True)
class Product:
    """A running product: where it is, who can sign in, and where its instance lies."""

    url: str
    accounts: dict[str, dict[str, str]]
    instance: Path
    environment: dict[str, str]

    def flask(self, *words: str) -> str:
        """Run one of the product's commands on this instance and return what it printed."""
        command = [str(Path(sys.executable).parent / "flask"), *words]
        run = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True, timeout=300
        )
        return run.stdout


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_product(instance: Path, stack: ExitStack, **settings: str) -> Product:
    """Start everything as `make run` does; it stops when the stack closes."""
    port = free_port()
    environment = {**os.environ, "SERVICEDESK_INSTANCE_DIR": str(instance)}
    environment.update({f"SERVICEDESK_{name}": value for name, value in settings.items()})
    log = stack.enter_context((instance.parent / f"{instance.name}.log").open("w"))
    command = [sys.executable, "-m", "servicedesk.demo.run", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)
    url = f"http://127.0.0.1:{port}"
    _wait(url, process, Path(log.name))
    accounts = json.loads((instance / "demo-accounts.json").read_text(encoding="utf-8"))
    environment["SERVICEDESK_PUBLIC_URL"] = url
    return Product(url, accounts, instance, environment)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            with urlopen(f"{url}/readyz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"The product did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")


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
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        message = "Chromium is not installed (Debian package: chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    chromium = playwright.chromium.launch(executable_path=executable, args=_CHROMIUM_FLAGS)
    yield chromium
    chromium.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[OpenPage]:
    """Open a browser window: open_page("employee", theme="dark", width=390, locale="pl-PL"); None is not signed in."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def new_page(
        role: str | None,
        *,
        theme: str = "light",
        width: int = 1280,
        locale: str = "en-GB",
        javascript: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=product.url, color_scheme="dark" if theme == "dark" else "light", locale=locale,
            viewport={"width": width, "height": 844 if width < 600 else 800}, java_script_enabled=javascript,
            has_touch=width < 600,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        watch(page, product.url, complaints)
        if role is not None:
            sign_in(page, product.accounts[role])
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def watch(page: Page, own_url: str, complaints: list[str]) -> None:
    """Note each error the page logs and each request that would leave the machine."""
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((own_url, "blob:", "data:"))
            else complaints.append(f"asked {request.url}")
        ),
    )
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{page.url}: {message.text}")
            if message.type == "error" and "status of 4" not in message.text
            else None
        ),
    )


def sign_in(page: Page, account: dict[str, str]) -> None:
    """Sign in on the log-in page as a person would."""
    page.goto("/login")
    page.fill("input[name=username]", account["name"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
