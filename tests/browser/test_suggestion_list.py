"""The contract of the suggestion list: it helps those who look and is in nobody's way."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser import steps
from tests.browser.product import Product
from tests.browser.windows import OpenPage

_TEXT = "the printer prints nothing"
_REST_MS = 300


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    page = open_page("employee")
    page.goto("/")
    steps.clear_problem(page)
    return page


@pytest.fixture
def box(page: Page) -> Locator:
    return page.locator("#text")


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.className"))


def test_answers_come_while_typing_and_the_focus_stays_in_the_text(page: Page, box: Locator) -> None:
    steps.type_problem(page, _TEXT)
    expect(page.locator(".answer-title").first).to_have_text("The printer prints nothing")
    assert 1 <= page.locator(".answer").count() <= 5
    assert _focused(page) == "text"
    box.press_sequentially(" since Monday", delay=5)
    expect(box).to_have_value(f"{_TEXT} since Monday")


def test_each_answer_says_why_it_is_there(page: Page) -> None:
    steps.type_problem(page, _TEXT)
    reasons = page.locator(".answer-why").all_inner_texts()
    assert len(reasons) == page.locator(".answer").count()
    assert all(reason.strip() for reason in reasons)


def test_the_count_is_said_politely_and_only_once(page: Page) -> None:
    live = page.locator("[data-ask-live]")
    assert live.get_attribute("aria-live") == "polite"
    assert live.get_attribute("role") == "status"
    page.evaluate(
        """() => {
          window.said = [];
          const live = document.querySelector("[data-ask-live]");
          new MutationObserver(() => window.said.push(live.textContent)).observe(live, { childList: true });
        }"""
    )
    steps.type_problem(page, _TEXT)
    count = page.locator(".answer, .same-as").count()
    expect(live).to_have_text(f"{count} answers that may help")
    assert page.evaluate("window.said.filter(Boolean)") == [f"{count} answers that may help"]


def _asked(page: Page) -> list[str]:
    """Return the texts that are asked about from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        address = urlsplit(request.url)
        if address.path == "/incidents/suggestions":
            asked.append(parse_qs(address.query)["text"][0])

    page.on("request", note)
    return asked


def test_nothing_is_asked_before_the_third_character(page: Page, box: Locator) -> None:
    page.clock.install()
    asked = _asked(page)
    box.press_sequentially("pr")
    page.clock.run_for(5000)
    page.wait_for_timeout(200)
    assert asked == []
    box.press_sequentially("i")
    page.clock.run_for(5000)
    expect(page.locator("[data-ask-answers] > *")).not_to_have_count(0)
    assert set(asked) == {"pri"}


def test_typing_asks_once_after_a_rest(page: Page, box: Locator) -> None:
    page.clock.install(time=0)
    page.clock.pause_at(1)
    asked = _asked(page)
    for letter in _TEXT:
        box.press(letter)
        page.clock.run_for(_REST_MS - 1)
    assert asked == []
    with page.expect_request("**/incidents/suggestions?*"):
        page.clock.run_for(1)
    assert asked == [_TEXT]


def test_escape_closes_the_list_and_keeps_the_text(page: Page, box: Locator) -> None:
    steps.type_problem(page, _TEXT)
    box.press("Escape")
    expect(page.locator(".answer")).to_have_count(0)
    expect(box).to_have_value(_TEXT)
    assert _focused(page) == "text"
    page.wait_for_timeout(700)
    expect(page.locator(".answer")).to_have_count(0)
    box.press_sequentially(" at all", delay=5)
    expect(page.locator(".answer")).not_to_have_count(0)


def test_arrows_walk_through_the_answers_and_back_to_the_text(page: Page, box: Locator) -> None:
    steps.type_problem(page, _TEXT)
    links = page.locator("[data-answer]")
    box.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    expect(box).to_have_value(_TEXT)
    box.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    expect(links).to_have_count(0)


def test_arrows_inside_the_text_move_the_cursor_only(page: Page, box: Locator) -> None:
    steps.type_problem(page, _TEXT)
    box.press("Home")
    box.press("ArrowDown")
    assert _focused(page) == "text"


def test_an_answer_that_is_older_than_the_text_is_dropped(page: Page, box: Locator) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if "outlook" in route.request.url:
            held.append(route)
        else:
            route.continue_()

    page.route("**/incidents/suggestions?*", hold_the_first)
    with page.expect_request("**/incidents/suggestions?*outlook*"):
        box.press_sequentially("outlook password", delay=5)
    box.fill("")
    box.press_sequentially(_TEXT, delay=5)
    expect(page.locator(".answer-title").first).to_have_text("The printer prints nothing")
    with page.expect_response("**/incidents/suggestions?*outlook*"):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator(".answer-title").first).to_have_text("The printer prints nothing")
    page.unroute_all()


def test_filing_is_never_hidden(page: Page, box: Locator) -> None:
    go_on = page.get_by_role("button", name="Continue to file")
    expect(go_on).to_be_visible()
    steps.type_problem(page, _TEXT)
    expect(go_on).to_be_visible()
    expect(page.get_by_text("None of these?")).to_be_visible()
    box.press("Escape")
    expect(go_on).to_be_visible()
    page.route("**/incidents/suggestions?*", lambda route: route.fulfill(status=429))
    box.press_sequentially(" today", delay=5)
    page.wait_for_timeout(500)
    expect(go_on).to_be_visible()
    page.unroute_all()


def test_answers_that_come_while_a_button_is_pressed_do_not_push_it_away(page: Page, box: Locator) -> None:
    held: list[Route] = []
    page.route("**/incidents/suggestions?*", lambda route: held.append(route))
    with page.expect_request("**/incidents/suggestions?*printer*"):
        box.press_sequentially(_TEXT, delay=5)
    button = page.get_by_role("button", name="Continue to file")
    button.hover()
    page.mouse.down()
    with page.expect_response("**/incidents/suggestions?*"):
        for route in held:
            route.continue_()
    page.wait_for_timeout(300)
    expect(page.locator(".answer")).to_have_count(0)
    page.mouse.up()
    page.wait_for_url("**/incidents/new/details")
    page.unroute_all()


def test_a_click_meant_for_what_stood_there_before_opens_no_answer(page: Page, box: Locator) -> None:
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
          const link = document.querySelector("[data-answer]");
          if (!link) return;
          observer.disconnect();
          link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1 }));
          window.clicked = true;
        }).observe(document.querySelector("[data-ask-answers]"), { childList: true })"""
    )
    box.press_sequentially(_TEXT, delay=5)
    expect(page.locator(".answer")).not_to_have_count(0)
    page.wait_for_timeout(500)
    assert page.evaluate("window.clicked")
    assert page.url.endswith("/")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("[data-answer]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_words_without_any_article_lead_on_to_the_desk(page: Page) -> None:
    steps.type_problem(page, "xyzzy plugh quux")
    expect(page.locator(".answer")).to_have_count(0)
    expect(page.get_by_text("We found no article that helps with this.")).to_be_visible()
    expect(page.locator("[data-ask-live]")).to_have_text("No answer found yet")
    expect(page.get_by_role("button", name="Continue to file")).to_be_visible()


def test_what_is_known_to_be_broken_is_offered_while_articles_cannot_be_found(
    page: Page, box: Locator, product: Product
) -> None:
    title = page.locator(".problem-title").first.inner_text()
    with product.without_index():
        box.press_sequentially(f"Since this morning: {title}", delay=5)
        expect(page.get_by_role("button", name="I have this too")).to_be_visible()
        expect(page.locator(".answer")).to_have_count(0)
    # It is asked again by itself.
    expect(page.locator(".answer")).not_to_have_count(0)
    expect(page.get_by_role("button", name="I have this too")).to_be_visible()


def test_the_panel_gives_the_focus_back_where_it_was(page: Page) -> None:
    steps.type_problem(page, _TEXT)
    link = page.locator("[data-answer]").first
    link.click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()
    expect(page.locator("#text")).to_have_value(_TEXT)


def test_what_solved_it_ends_the_visit_and_files_nothing(page: Page) -> None:
    steps.type_problem(page, _TEXT)
    page.locator("[data-answer]").first.click()
    page.get_by_role("button", name="This solved it").click()
    expect(page.get_by_text("Nothing was filed.")).to_be_visible()
    expect(page.locator("#text")).to_have_value("")


def test_on_a_phone_an_answer_opens_as_a_page_and_the_text_is_kept(open_page: OpenPage) -> None:
    page = open_page("employee", width=390)
    page.goto("/")
    steps.type_problem(page, _TEXT)
    page.locator("[data-answer]").first.click()
    page.wait_for_url("**/incidents/new/articles/*")
    expect(page.get_by_role("button", name="Still stuck")).to_be_visible()
    page.get_by_role("link", name="Back to the answers").click()
    expect(page.locator("#text")).to_have_value(_TEXT)
    expect(page.locator(".answer")).not_to_have_count(0)


def test_the_same_list_comes_without_javascript(open_page: OpenPage) -> None:
    page = open_page("employee", javascript=False)
    page.goto("/")
    page.fill("#text", _TEXT)
    page.get_by_role("button", name="Look for answers").click()
    expect(page.locator(".answer-title").first).to_have_text("The printer prints nothing")
    expect(page.locator(".answer-why")).not_to_have_count(0)
    expect(page.get_by_role("button", name="Continue to file")).to_be_visible()
