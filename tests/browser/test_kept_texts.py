"""A text that is being written survives an expired log-in, a reload and an error page, and is gone once it was sent."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.product import Product
from tests.browser.windows import OpenPage

pytestmark = pytest.mark.browser
TEXT = "The display stays dark since this morning, also with the other cable."
UNSENT = "Half a sentence that was never sent to anybody"


@pytest.fixture
def page(open_page: OpenPage, product: Product) -> Page:
    """An incident of the employee's own, with its answer box, in a session that no other test uses."""
    page = open_page(None)
    page.goto("/incidents")
    sign_in_again(page, product, "employee")
    links = page.locator("main a").evaluate_all(
        "links => links.map((link) => link.getAttribute('href') || '')"
    )
    page.goto(next(link for link in links if re.fullmatch(r"/incidents/\d+", link)))
    return page


def end_session(context: BrowserContext) -> None:
    """Let the log-in expire."""
    context.clear_cookies(name="sid")


def sign_in_again(page: Page, product: Product, role: str) -> None:
    """Fill in the log-in form that is shown."""
    page.fill("#username", product.accounts[role]["name"])
    page.fill("#password", product.accounts[role]["password"])
    page.click(".sign-in-card button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)


def test_an_expired_log_in_loses_no_word(page: Page, product: Product) -> None:
    box = page.locator("form[data-keep] textarea")
    box.fill(TEXT)
    end_session(page.context)
    page.locator("form[data-keep] button[type=submit]").first.click()
    # Without JavaScript this is where the text can be copied from.
    expect(page.locator("textarea[readonly]")).to_have_value(TEXT)
    page.get_by_role("link", name="Sign in and go back").click()
    sign_in_again(page, product, "employee")
    expect(box).to_have_value(TEXT)
    page.locator("form[data-keep] button[type=submit]").first.click()
    expect(page.get_by_text(TEXT)).to_be_visible()
    expect(box).to_have_value("")
    page.reload()
    expect(box).to_have_value("")


def test_a_reload_loses_no_word(page: Page) -> None:
    box = page.locator("form[data-keep] textarea")
    box.fill(TEXT)
    page.goto("/articles")
    page.go_back()
    page.reload()
    expect(box).to_have_value(TEXT)


def test_signing_out_forgets_everything(page: Page, product: Product) -> None:
    box = page.locator("form[data-keep] textarea")
    box.fill(TEXT)
    address = page.url
    page.locator("details[data-menu] summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signed-out")
    assert page.evaluate("sessionStorage.length") == 0
    page.goto(address)
    sign_in_again(page, product, "employee")
    expect(box).to_have_value("")


def test_nobody_else_gets_to_see_it(page: Page, product: Product) -> None:
    page.locator("form[data-keep] textarea").fill(UNSENT)
    address = page.url
    end_session(page.context)
    page.goto(address)
    sign_in_again(page, product, "admin")
    assert UNSENT not in page.content()
    assert page.evaluate(f"Object.values(sessionStorage).join().includes({UNSENT!r})") is False


@pytest.fixture
def ask_page(page: Page) -> Page:
    """The box of a new incident, empty."""
    page.goto("/incidents/new")
    page.fill("#text", "")
    return page


def storage_of(page: Page) -> str:
    """Return all that this tab remembers."""
    return str(page.evaluate("JSON.stringify(Object.entries(sessionStorage))"))


def test_an_unsent_draft_is_not_the_next_persons(ask_page: Page, product: Product) -> None:
    end_session(ask_page.context)
    ask_page.locator("#text").press_sequentially(UNSENT)
    expect(ask_page.get_by_text("You were signed out.")).to_be_visible()
    ask_page.goto("/incidents/new")
    sign_in_again(ask_page, product, "admin")
    expect(ask_page.locator("#text")).to_have_value("")
    assert UNSENT not in storage_of(ask_page)


def test_an_unsent_draft_comes_back_to_its_author(ask_page: Page, product: Product) -> None:
    end_session(ask_page.context)
    ask_page.locator("#text").press_sequentially(TEXT)
    expect(ask_page.get_by_text("You were signed out.")).to_be_visible()
    ask_page.goto("/incidents/new")
    with ask_page.expect_response("**/incidents/draft") as saved:
        sign_in_again(ask_page, product, "employee")
    expect(ask_page.locator("#text")).to_have_value(TEXT)
    assert saved.value.status == 204


def test_what_was_sent_at_once_is_not_remembered(ask_page: Page) -> None:
    ask_page.fill("#text", UNSENT)
    ask_page.keyboard.press("Tab")
    ask_page.locator("form.ask").evaluate("form => form.requestSubmit()")
    ask_page.wait_for_load_state()
    expect(ask_page.locator("#text")).to_have_value(UNSENT)
    assert UNSENT not in storage_of(ask_page)


def test_a_tab_that_was_left_open_saves_nothing_for_the_next_person(ask_page: Page, product: Product) -> None:
    end_session(ask_page.context)
    other = ask_page.context.new_page()
    other.goto("/incidents/new")
    sign_in_again(other, product, "admin")
    with ask_page.expect_response("**/incidents/draft") as refused:
        ask_page.fill("#text", UNSENT)
    assert refused.value.status == 400
    ask_page.close(run_before_unload=True)
    other.reload()
    expect(other.locator("#text")).to_have_value("")


def test_ticked_steps_are_their_readers_own(page: Page, product: Product) -> None:
    page.goto("/articles/order-for-a-new-starter")
    page.locator(".step-box").first.check()
    page.reload()
    expect(page.locator(".step-box").first).to_be_checked()
    end_session(page.context)
    page.reload()
    sign_in_again(page, product, "admin")
    expect(page.locator(".step-box").first).not_to_be_checked()
    assert "step" not in storage_of(page)
