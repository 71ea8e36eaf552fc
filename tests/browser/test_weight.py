"""How light a page is, and that it can be used by keyboard, by thumb, and by those whom motion makes ill."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.places import PLACES
from tests.browser.windows import DESK, PHONE, OpenPage

_MOST_BYTES = 120_000
_TOUCH_PX = 44
_LONGEST_MOTION_S = 0.15
_SMALL_TARGETS = """(least) =>
  [...document.querySelectorAll(".btn, .phone-bar a, .top-bar summary, select, input, textarea")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => !one.matches("[type=hidden], .visually-hidden, .btn-small, .top-bar-search *"))
    // A box that is ticked or chosen is hit by its label too.
    .map((one) => (one.matches("[type=checkbox], [type=radio]") && one.labels[0]) || one)
    .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.height < least || box.width < least))
    .map(([html, box]) => `${html} is ${Math.round(box.width)} × ${Math.round(box.height)} px`)"""
_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > room + 1)
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 150));
}"""
_LONGEST_MOTION = """() => Math.max(...[...document.querySelectorAll("*")].flatMap((one) => {
  const { transitionDuration, animationDuration, animationName } = getComputedStyle(one);
  const seconds = (list) => list.split(",").map((time) => parseFloat(time) * (time.trim().endsWith("ms") ? 0.001 : 1));
  return [...seconds(transitionDuration), ...(animationName === "none" ? [0] : seconds(animationDuration))];
}))"""
_RING = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one.closest(".top-bar-search") ?? one);
  const behind = getComputedStyle(one, "::after");
  const ring = style.outlineStyle === "none" ? behind : style;
  return { what: one.outerHTML.slice(0, 120), width: parseFloat(ring.outlineWidth), kind: ring.outlineStyle };
}"""


def _loaded_bytes(page: Page, address: str) -> dict[str, float]:
    """Open a page with nothing in the cache and return what each of its files took on the line."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.clearBrowserCache")
    addresses: dict[str, str] = {}
    sizes: dict[str, float] = {}
    protocol.on(
        "Network.requestWillBeSent",
        lambda event: addresses.update({event["requestId"]: event["request"]["url"]}),
    )

    def note(event: dict[str, Any]) -> None:
        sizes[addresses.get(event["requestId"], event["requestId"])] = event["encodedDataLength"]

    protocol.on("Network.loadingFinished", note)
    page.goto(address, wait_until="networkidle")
    protocol.detach()
    return sizes


def test_the_first_page_with_everything_weighs_at_most_120_kb(open_page: OpenPage) -> None:
    page = open_page("employee")
    sizes = _loaded_bytes(page, "/")
    assert any(address.endswith("/") for address in sizes)
    assert any(".css" in address for address in sizes)
    assert any("suggestions.js" in address for address in sizes)
    assert sum(sizes.values()) <= _MOST_BYTES, sizes


def test_a_second_visit_asks_for_the_page_alone(open_page: OpenPage) -> None:
    page = open_page("employee")
    page.goto("/", wait_until="networkidle")
    page.goto("/", wait_until="networkidle")
    sent = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.transferSize > 0).map((one) => one.name)"
    )
    assert [address for address in sent if "/static/" in address] == []
    assert page.evaluate("performance.getEntriesByType('resource').length") > 5


@pytest.mark.parametrize("who", [None, "employee", "agent", "editor", "admin"])
def test_no_page_scrolls_sideways_on_a_phone_and_thumbs_hit_what_they_want(
    who: str | None, open_page: OpenPage
) -> None:
    found = []
    for language in ("en", "pl"):
        page = open_page(who, width=PHONE, locale=f"{language}-PL")
        for place in PLACES:
            if place.who == who and place.name != "article in the panel":
                place.go(page, language)
                found += [f"{place} {language} is too wide: {fault}" for fault in page.evaluate(_TOO_WIDE)]
                small = page.evaluate(_SMALL_TARGETS, _TOUCH_PX)
                found += [f"{place} {language} has a small target: {fault}" for fault in small]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("width", [320, 640, 900])
def test_widths_between_have_room_too(width: int, open_page: OpenPage) -> None:
    found = []
    for who in ("employee", "agent"):
        page = open_page(who, width=width, locale="pl-PL")
        for place in PLACES:
            if place.who == who and place.name in (
                "home",
                "filing",
                "article",
                "queue",
                "incident for staff",
            ):
                place.go(page, "pl")
                found += [f"{place} is too wide: {fault}" for fault in page.evaluate(_TOO_WIDE)]
    assert not found, "\n" + "\n".join(found)


def test_an_incident_can_be_filed_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("employee")
    page.goto("/")
    steps.clear_problem(page)
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    _tab_to(page, "#text")
    with page.expect_response("**/incidents/suggestions?*"):
        page.keyboard.type("The label printer speaks Klingon")
    page.wait_for_selector(".ask-late", state="detached")
    _tab_to(page, "button[name=step][value=details]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/new/details")
    _tab_to(page, "#impact-0")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#impact-1")).to_be_checked()
    _tab_to(page, ".details-form button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(steps.INCIDENT)
    expect(page.locator(".conversation")).to_contain_text("Klingon")


def _tab_to(page: Page, target: str) -> None:
    """Press Tab until the target has the focus; on the way, everything that has it shows it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        ring = page.evaluate(_RING)
        assert ring["kind"] == "solid", ring
        assert ring["width"] >= 3, ring
        if page.locator(target).evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {target}")


def test_the_queue_is_worked_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("agent")
    page.goto("/queue")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-row]").nth(1)
    expect(second.locator("[data-open]")).to_be_focused()
    address = second.locator("[data-open]").get_attribute("href")
    page.keyboard.press("o")
    page.wait_for_url(f"**{address}")


@pytest.mark.parametrize("who", ["employee", "agent"])
def test_motion_is_short_and_stops_for_those_who_ask(who: str, open_page: OpenPage) -> None:
    page = open_page(who, width=DESK)
    page.goto("/")
    assert page.evaluate(_LONGEST_MOTION) <= _LONGEST_MOTION_S
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(_LONGEST_MOTION) <= 0.001
