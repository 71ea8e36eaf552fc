"""The button of a form: a second click sends nothing, and after a send that came to nothing it works again."""

import pytest
from playwright.sync_api import Page, Request, Route

from tests.browser.windows import OpenPage

pytestmark = pytest.mark.browser
_NO_ANSWER_MS = 9000
_A_MOMENT_MS = 300


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The start page of an employee, with time that the test moves on."""
    page = open_page("employee")
    page.clock.install()
    page.goto("/")
    page.fill("#text", "The second monitor stays black")
    return page


def give_up(page: Page) -> list[Request]:
    """Let the browser give up what is posted, as when loading is stopped; return what was sent so far, kept up to date."""
    sent: list[Request] = []

    def stop(route: Route) -> None:
        if route.request.is_navigation_request():
            sent.append(route.request)
            route.abort("aborted")
        else:
            route.continue_()

    page.route("**/incidents/new", stop)
    return sent


def press(page: Page, *, times: int = 1) -> None:
    """Press the button as a person does who does not wait for what comes of it."""
    clicks = "document.querySelector('button[name=step][value=details]').click();" * times
    page.evaluate(f"() => {{ {clicks} }}")
    page.wait_for_timeout(_A_MOMENT_MS)


def test_a_second_click_sends_nothing_while_the_answer_is_under_way(page: Page) -> None:
    sent = give_up(page)
    press(page, times=3)
    press(page)
    assert len(sent) == 1


def test_the_button_works_again_when_no_answer_came(page: Page) -> None:
    sent = give_up(page)
    press(page)
    page.clock.fast_forward(_NO_ANSWER_MS)
    press(page)
    assert [request.post_data for request in sent] == [sent[0].post_data] * 2, (
        "The server knows it as the same form"
    )


def test_the_button_works_again_once_loading_was_stopped(page: Page) -> None:
    sent = give_up(page)
    press(page)
    page.keyboard.press("Escape")
    press(page)
    assert len(sent) == 2
