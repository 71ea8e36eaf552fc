"""The staff's pages by hand: the queue on keys, the two boxes, and an article that goes into the answer."""

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.windows import OpenPage

# The agent of the demo is in the team that has it.
_OWN_CATEGORY = "Passwords and sign-in"


def current_number(page: Page) -> str:
    """Return the number on the line that the keys stand on."""
    return page.locator("tr.is-current .queue-number").inner_text()


def test_the_queue_works_on_keys(open_page: OpenPage) -> None:
    numbers = [
        steps.file_incident(
            open_page("employee"), f"Key test {i}: the blind is stuck", category=_OWN_CATEGORY
        )
        for i in range(2)
    ]
    page = open_page("agent")
    page.goto("/queue")
    page.keyboard.press("j")
    first = current_number(page)
    assert first == numbers[1]
    page.keyboard.press("ArrowDown")
    assert current_number(page) == numbers[0]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("k")
    assert current_number(page) == first
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text(f"{first} is yours now.")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text("Key test 1: the blind is stuck")


def test_keys_leave_those_alone_who_type(open_page: OpenPage) -> None:
    page = open_page("agent")
    page.goto("/queue")
    page.locator("#filter-q").press_sequentially("jaka?")
    expect(page.locator("#filter-q")).to_have_value("jaka?")
    expect(page.locator("tr.is-current")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_only_one_box_is_open_and_each_keeps_its_text(open_page: OpenPage) -> None:
    number = steps.file_incident(open_page("employee"), "Box test: the blind is stuck")
    page = open_page("agent")
    steps.open_from_queue(page, number)
    answer, note = page.locator("#answer"), page.locator("#note")
    expect(answer).to_be_visible()
    expect(note).to_be_hidden()
    page.locator("#answer-text").fill("For the requester")
    page.get_by_text("Internal note", exact=True).click()
    expect(answer).to_be_hidden()
    expect(page.locator("#note-text")).to_be_focused()
    expect(page.locator("#note-text")).to_have_value("")
    page.locator("#note-text").fill("Among ourselves")
    page.locator("label.switch-answer").click()
    expect(page.locator("#answer-text")).to_have_value("For the requester")
    expect(note).to_be_hidden()


def test_the_two_boxes_differ_in_five_signals(open_page: OpenPage) -> None:
    number = steps.file_incident(open_page("employee"), "Signal test: the blind is stuck")
    page = open_page("agent")
    steps.open_from_queue(page, number)
    looks = []
    for name in ("answer", "note"):
        switch = page.locator(f"label.switch-{name}")
        switch.click()
        looks.append(
            [
                page.locator(f"#{name}").evaluate("form => form.getBoundingClientRect().left"),
                switch.inner_text(),
                page.locator(f"#{name}").evaluate("form => getComputedStyle(form).borderTopStyle"),
                switch.locator("svg").inner_html(),
                page.locator(f"#{name}").evaluate("form => getComputedStyle(form).backgroundColor"),
            ]
        )
    assert all(one != other for one, other in zip(*looks, strict=True)), looks


def test_an_article_goes_into_the_answer_with_one_click(open_page: OpenPage) -> None:
    number = steps.file_incident(open_page("employee"), "The VPN does not connect from home")
    page = open_page("agent")
    steps.open_from_queue(page, number)
    page.get_by_text("Internal note", exact=True).click()
    page.locator("[data-insert]").first.click()
    expect(page.locator("#answer-text")).to_be_focused()
    text = page.locator("#answer-text").input_value()
    assert text.startswith("article:")
    page.keyboard.type("helps.")
    assert page.locator("#answer-text").input_value() == f"{text}helps."
