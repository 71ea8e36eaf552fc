"""WCAG 2.2 AA as far as axe-core can see it: every page, both themes, wide and on a phone, English and Polish."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.places import PLACES
from tests.browser.windows import DESK, PHONE, OpenPage, Theme

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_EVERYTHING = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
# A theme changes nothing but colours.
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_OPTIONS: dict[Theme, dict[str, Any]] = {"light": _EVERYTHING, "dark": _COLOURS}
_SHOWN_PER_RULE = 3


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("who", [None, "employee", "agent", "editor", "admin"])
def test_axe_finds_nothing(who: str | None, language: str, open_page: OpenPage) -> None:
    page = open_page(who, locale=f"{language}-PL")
    found = []
    for place in PLACES:
        if place.who == who:
            place.go(page, language)
            assert page.locator("html").get_attribute("lang") == language
            # Colours do not depend on the language.
            themes: tuple[Theme, ...] = ("light", "dark") if language == "en" else ("light",)
            found += [f"{place}, {fault}" for fault in _faults_in_all_looks(page, themes)]
            page.set_viewport_size({"width": DESK, "height": 800})
    assert not found, "\n" + "\n".join(found)


def test_axe_is_at_work(open_page: OpenPage) -> None:
    page = open_page(None)
    page.goto("/login")
    page.evaluate("document.querySelector('label[for=username]').remove()")
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    assert {fault.split(":")[0] for fault in _faults(page, "light")} == {"label", "color-contrast"}


def _faults_in_all_looks(page: Page, themes: tuple[Theme, ...]) -> list[str]:
    found = []
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        for theme in themes:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
            found += [f"{width} px, {theme}: {fault}" for fault in _faults(page, theme)]
    return found


def _faults(page: Page, theme: Theme) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(
        "(options) => axe.run(options).then(({ violations }) => violations)", _OPTIONS[theme]
    )
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]} {node['failureSummary'][-250:]}"
        for one in violations
        for node in one["nodes"][:_SHOWN_PER_RULE]
    ]
