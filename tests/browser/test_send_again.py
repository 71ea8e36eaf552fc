"""The button of a form: a second click sends nothing, and after a send that came to nothing it works again."""

import pytest
from playwright.sync_api import Page, Request, Route

from tests.browser.windows import OpenPage

pytestmark = pytest.mark.browser
_NO_ANSWER_MS = 9000


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The start page of an employee, with time that the test moves on."""
    page = open_page("employee")
    page.clock.install()
    page.goto("/")
    page.fill("#text", "The second monitor stays black")
    return page


def hang(page: Page) -> list[Request]:
    """Let the server say nothing to forms that are posted; return what was sent so far, kept up to date."""
    sent: list[Request] = []

    def keep(route: Route) -> None:
        if route.request.method == "POST" and route.request.is_navigation_request():
            sent.append(route.request)
        else:
            route.continue_()

    page.route("**/incidents/new", keep)
    return sent


def press(page: Page) -> None:
    """Press the button as a person does, without waiting for what comes of it."""
    page.evaluate("document.querySelector('button[name=step][value=details]').click()")
    page.wait_for_timeout(300)


def test_a_second_click_sends_nothing_while_the_answer_is_under_way(page: Page) -> None:
    sent = hang(page)
    for _ in range(3):
        press(page)
    assert len(sent) == 1


def test_the_button_works_again_when_no_answer_came(page: Page) -> None:
    sent = hang(page)
    press(page)
    page.clock.fast_forward(_NO_ANSWER_MS)
    press(page)
    assert len(sent) == 2
    assert sent[0].post_data == sent[1].post_data, "The server knows it as the same form"


def test_the_button_works_again_once_loading_was_stopped(page: Page) -> None:
    sent = hang(page)
    press(page)
    page.evaluate("stop()")
    page.keyboard.press("Escape")
    press(page)
    assert len(sent) == 2
