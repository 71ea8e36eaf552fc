"""The staff's page by hand: files that are pasted and dropped, texts that are kept, colleagues that are found."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.browser.product import Product
from tests.browser.windows import PHONE, OpenPage

_DROP = """(area, name) => {
  const data = new DataTransfer();
  data.items.add(new File(["a line of a log"], name, { type: "text/plain" }));
  area.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true }));
  area.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
_PASTE = """(box, name) => {
  const data = new DataTransfer();
  data.items.add(new File(["a picture"], name, { type: "text/plain" }));
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
# The agent of the demo is in the team that has it.
_OWN_CATEGORY = "Passwords and sign-in"


def open_incident(open_page: OpenPage, text: str) -> Page:
    """File an incident and open it as the agent whose team has it."""
    number = steps.file_incident(open_page("employee"), text, category=_OWN_CATEGORY)
    page = open_page("agent")
    steps.open_from_queue(page, number)
    return page


def attached(form: Locator) -> Locator:
    """Return the files that are attached in a form."""
    return form.locator("[data-attached] li:has(input[name=file_ids])")


@pytest.mark.parametrize("width", [1280, PHONE])
def test_a_note_stands_further_in_than_an_answer(open_page: OpenPage, width: int) -> None:
    number = steps.file_incident(
        open_page("employee"), "Place test: the blind is stuck", category=_OWN_CATEGORY
    )
    page = open_page("agent", width=width)
    page.goto(f"/incidents/{number.removeprefix('INC-')}")
    asked = page.locator(".message-asked").first
    left = "box => box.getBoundingClientRect().left"
    assert page.locator("#answer").evaluate(left) == asked.evaluate(left)
    page.locator("label.switch-note").click()
    page.locator("#note-text").fill("Among ourselves")
    indent = page.locator("#note").evaluate(left) - asked.evaluate(left)
    assert indent >= 40
    page.get_by_role("button", name="Add internal note").click()
    assert page.locator(".message-note").evaluate(left) - asked.evaluate(left) == indent


def test_files_are_dropped_and_pasted_into_one_box(open_page: OpenPage) -> None:
    page = open_incident(open_page, "File test: the blind is stuck")
    answer, note = page.locator("#answer"), page.locator("#note")
    answer.locator("[data-uploads]").evaluate(_DROP, "dropped.log")
    expect(attached(answer)).to_have_count(1)
    page.locator("#answer-text").evaluate(_PASTE, "pasted.txt")
    expect(attached(answer)).to_have_count(2)
    expect(attached(note)).to_have_count(0)
    answer.get_by_role("button", name="Remove pasted.txt").click()
    expect(attached(answer)).to_have_count(1)
    page.locator("#answer-text").fill("The log is attached.")
    page.get_by_role("button", name="Send answer").click()
    expect(page.locator(".message-desk .file-list")).to_contain_text("dropped.log")
    page.locator("label.switch-note").click()
    note.locator("[data-uploads]").evaluate(_DROP, "internal.log")
    expect(attached(note)).to_have_count(1)
    page.locator("#note-text").fill("Their log is odd.")
    page.get_by_role("button", name="Add internal note").click()
    expect(page.locator(".message-note .message-files")).to_contain_text("internal.log")


def test_a_reload_loses_neither_an_answer_nor_a_note(open_page: OpenPage) -> None:
    page = open_incident(open_page, "Reload test: the blind is stuck")
    page.locator("label.switch-note").click()
    page.locator("#note-text").fill("Half a note")
    page.reload()
    expect(page.locator("#note-text")).to_be_visible()
    expect(page.locator("#note-text")).to_have_value("Half a note")
    expect(page.locator("#answer-text")).to_have_value("")
    page.locator("label.switch-answer").click()
    page.locator("#answer-text").fill("Half an answer")
    page.goto("/queue")
    page.go_back()
    page.reload()
    expect(page.locator("#answer-text")).to_have_value("Half an answer")
    expect(page.locator("#note-text")).to_have_value("Half a note")
    page.get_by_role("button", name="Send answer").click()
    expect(page.locator(".message-desk")).to_contain_text("Half an answer")
    expect(page.locator("#answer-text")).to_have_value("")
    expect(page.locator("#note-text")).to_have_value("Half a note")


def test_a_colleague_is_found_and_follows(open_page: OpenPage) -> None:
    page = open_incident(open_page, "Follower test: the blind is stuck")
    page.locator("#followers summary").click()
    field = page.locator("#colleague")
    options = page.locator("#colleague-list").get_by_role("option")
    field.press_sequentially("ł")
    page.wait_for_timeout(400)
    expect(options).to_have_count(0)
    field.press_sequentially("uk")
    expect(options).to_have_count(1)
    expect(options.first).to_contain_text("Łukasz Ptak")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(options).to_have_count(0)
    field.press_sequentially("a")
    expect(options).to_have_count(1)
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", re.compile("colleague-list-0"))
    field.press("Enter")
    expect(field).to_have_value("lukasz.ptak")
    expect(page.locator(".picker-chosen")).to_contain_text("Łukasz Ptak")
    field.press("Enter")
    expect(page.locator("#followers summary")).to_contain_text("1 colleague follows this")
    page.locator("#followers summary").click()
    expect(page.locator(".side-people")).to_contain_text("Łukasz Ptak")


def test_a_colleague_is_found_on_the_form_with_the_mouse(open_page: OpenPage) -> None:
    page = open_page("agent")
    page.goto("/incidents/new")
    page.fill("#text", "Her screen is dark")
    steps.go_on_to_details(page)
    page.locator("#requester").press_sequentially("emily")
    page.get_by_role("option", name="Emily Brown").click()
    expect(page.locator("#requester")).to_have_value("emily.brown")
    expect(page.locator("#requester")).to_be_focused()


def test_an_article_that_is_being_written_survives_a_reload(open_page: OpenPage) -> None:
    page = open_page("editor")
    page.goto("/articles/vpn-does-not-connect/edit")
    body, title = page.locator("#body"), page.locator("#title")
    before, longer = body.input_value(), f"{body.input_value()}\n\nOne more sentence."
    body.fill(longer)
    page.goto("/articles")
    page.goto("/articles/vpn-does-not-connect/edit")
    expect(body).to_have_value(longer)
    expect(title).not_to_have_value("")
    page.get_by_role("button", name="Throw it away").click()
    expect(body).to_have_value(before)
    page.reload()
    expect(body).to_have_value(before)


def test_what_was_typed_over_an_older_revision_is_shown_beside_the_newer_one(open_page: OpenPage) -> None:
    page, other = open_page("editor"), open_page("editor")
    page.goto("/articles/new")
    page.fill("#title", "Keep test: the blind is stuck")
    page.fill("#body", "Pull the cord.")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/edit")
    expect(page.get_by_text("What you had typed before is back.")).to_have_count(0)
    page.locator("#body").fill("Pull the cord twice.")
    other.goto(page.url)
    other.fill("#body", "Call the caretaker.")
    other.get_by_role("button", name="Save draft").click()
    expect(other.get_by_role("status")).to_contain_text("The draft is saved.")
    page.reload()
    expect(page.locator("#body")).to_have_value("Pull the cord twice.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else saved revision 2")
    expect(page.locator("#body")).to_have_value("Pull the cord twice.")


def test_suggestions_that_are_not_there_in_time_come_by_themselves(
    open_page: OpenPage, product: Product
) -> None:
    number = steps.file_incident(open_page("employee"), "The VPN does not connect from home")
    page = open_page("agent")
    with product.without_index():
        steps.open_from_queue(page, number)
        articles = page.locator("[data-help]")
        expect(articles).to_contain_text("being repaired")
        page.locator("#answer-text").fill("I am looking into it.")
    expect(articles.locator("[data-insert]")).not_to_have_count(0)
    expect(page.locator("#answer-text")).to_have_value("I am looking into it.")
