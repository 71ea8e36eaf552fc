"""What people do in a window, in the words that stand on the page."""

import base64
import re
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

_PASTE = """([name, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: "image/png" }));
  const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(paste);
}"""
_REST_MS = 500
INCIDENT = re.compile(r"/incidents/\d+$")


def clear_problem(page: Page) -> None:
    """Empty the box of an old draft; its answers go after a moment's rest."""
    if page.input_value("#text"):
        page.fill("#text", "")
        page.wait_for_timeout(_REST_MS)


def type_problem(page: Page, text: str) -> None:
    """Type into the box key by key, and look at the answers to the whole text once they are there."""
    clear_problem(page)
    box = page.locator("#text")
    with page.expect_response(lambda answer: urlencode({"text": text}) in answer.url):
        box.press_sequentially(text, delay=5)
    expect(page.locator(".ask-late")).to_have_count(0)
    page.wait_for_timeout(_REST_MS)


def answer_titles(page: Page) -> list[str]:
    """Return the titles of the suggested articles, best first."""
    return page.locator(".answer-title").all_inner_texts()


def go_on_to_details(page: Page) -> None:
    """Leave the answers and go on to the second half of the form."""
    page.locator("button[name=step][value=details]").click()
    page.wait_for_url("**/incidents/new/details")


def paste_screenshot(page: Page, name: str) -> None:
    """Paste a picture of the window, as one does after pressing "Print screen"."""
    picture = base64.b64encode(page.screenshot()).decode("ascii")
    page.focus("#text")
    page.evaluate(_PASTE, [name, picture])
    expect(page.locator("[data-attached] input[name=file_ids]")).to_have_count(1)


def send(page: Page) -> str:
    """File what stands in the form and return the number, such as INC-1042."""
    page.locator(".details-form button.btn-primary").click()
    page.wait_for_url(INCIDENT)
    return number_of(page)


def number_of(page: Page) -> str:
    """Return the number of the incident on the page."""
    return "INC-" + page.url.rpartition("/")[2]


def file_incident(page: Page, text: str, *, category: str | None = None) -> str:
    """File an incident in the shortest way and return its number."""
    page.goto("/incidents/new")
    page.fill("#text", text)
    go_on_to_details(page)
    if category:
        page.select_option("#category_id", label=category)
    return send(page)


def open_from_queue(page: Page, number: str) -> None:
    """Type an incident's number into the queue's search, which opens it."""
    page.goto("/queue")
    page.fill("#filter-q", number)
    page.press("#filter-q", "Enter")
    page.wait_for_url(INCIDENT)
    assert number_of(page) == number
