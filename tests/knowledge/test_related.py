"""Related articles are few and alike; where nothing is, none are shown."""

import re
import shutil

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.knowledge.categories import ARTICLES_DIR
from servicedesk.web.settings import current_settings
from tests.knowledge import library


def _related(client: FlaskClient, slug: str) -> list[str]:
    """Return the addresses under "Related articles", in their order."""
    page = client.get(f"/articles/{slug}").text
    section = re.search(r'<section aria-labelledby="related-title">.*?</section>', page, re.DOTALL)
    return re.findall(r'href="/articles/([a-z0-9-]+)"', section[0]) if section else []


@pytest.fixture
def shipped(app: Flask) -> Flask:
    """An instance with all articles that ship, indexed."""
    result = app.test_cli_runner().invoke(
        args=["kb", "sync", "--path", str(ARTICLES_DIR), "--from-files-only"]
    )
    assert result.exit_code == 0
    library.index(app)
    return app


def test_related_articles_are_alike_and_readable(app: Flask, employee: FlaskClient) -> None:
    library.publish(app, "printer-paper", title="The printer has no paper")
    library.publish(app, "printer-jam", title="Paper is stuck in the printer")
    library.publish(app, "printer-staff", title="Printer paper for staff", audience="staff")
    library.index(app)
    assert _related(employee, "printer-paper") == ["printer-jam"]


def test_few_articles_that_have_nothing_in_common_are_not_related(app: Flask, employee: FlaskClient) -> None:
    texts = {
        "printer": ("The printer has no paper", "Fill the tray and close it."),
        "holiday": ("Ask for leave", "Choose the days and send them to your manager."),
        "camera": ("The camera stays dark in a meeting", "Choose the camera in the settings."),
    }
    for slug, (title, body) in texts.items():
        library.publish(app, slug, title=title, body=body)
    library.index(app)
    assert [_related(employee, slug) for slug in texts] == [[], [], []]


def test_a_neighbour_in_the_category_needs_less_likeness(app: Flask, employee: FlaskClient) -> None:
    common = {
        "title": "Reset a forgotten password",
        "summary": "Set a new one from any computer.",
        "category": "accounts",
    }
    library.publish(app, "reset", keywords=("password",), **common)
    other = {
        "title": "Unlock an account",
        "summary": "Wait, or set a new password from any computer.",
        "body": "Text.\n",
    }
    library.publish(app, "unlock-here", category="accounts", **other)
    library.publish(app, "unlock-there", category="phones", **other)
    for number in range(6):
        library.publish(app, f"far-{number}", title=f"Printer tray {number}", body="Paper.\n")
    library.index(app)
    assert _related(employee, "reset") == ["unlock-here"]


def test_a_new_article_without_keywords_is_not_tied_to_what_shares_common_words(
    shipped: Flask, agent: FlaskClient
) -> None:
    library.publish(
        shipped,
        "scan-to-mail",
        title="Scan a paper to your mail",
        summary="Each office printer can send what it scans to you.",
        body="Each office printer can send what it scans to you.\n\n- [ ] Choose Scan in the menu.\n- [ ] Press Start.\n",
        category="guides",
    )
    library.index(shipped)
    assert _related(agent, "scan-to-mail") == []


def test_translations_are_not_related_and_neither_is_another_language(
    app: Flask, employee: FlaskClient
) -> None:
    library.publish(app, "vpn", title="VPN does not connect", category="network")
    library.publish(
        app, "vpn-pl", title="VPN does not connect", language="pl", translation_of="vpn", category="network"
    )
    library.publish(app, "vpn-other-pl", title="VPN does not connect here", language="pl", category="network")
    library.index(app)
    assert _related(employee, "vpn") == []


def test_without_an_index_and_before_an_article_is_in_it_neighbours_stand_in(
    app: Flask, employee: FlaskClient
) -> None:
    library.publish(app, "printer", title="The printer has no paper", category="printing")
    library.publish(app, "scanner", title="Scan to mail", category="printing")
    library.publish(app, "camera", title="The camera stays dark", category="meetings")
    library.index(app)
    library.publish(app, "toner", title="Change the toner", category="printing")
    assert _related(employee, "toner") == ["scanner", "printer"]
    with app.app_context():
        shutil.rmtree(current_settings().index_dir)
    assert _related(employee, "printer") == ["toner", "scanner"]


def test_among_the_articles_that_ship_the_related_ones_are(shipped: Flask, agent: FlaskClient) -> None:
    assert shipped
    expected = {
        "printer-prints-nothing": {"add-an-office-printer"},
        "drukarka-nie-drukuje": {"dodanie-drukarki"},
        "report-a-phishing-mail": {"clicked-a-suspicious-link"},
        "zglaszanie-phishingu": {"klikniety-podejrzany-link"},
        "teams-no-sound-or-microphone": {"teams-camera-or-screen-sharing"},
        "teams-brak-dzwieku-lub-mikrofonu": {"teams-kamera-i-udostepnianie-ekranu"},
        "phone-lost-or-stolen": {"wipe-a-lost-phone", "move-authenticator-to-a-new-phone"},
        "konto-zablokowane": {"odblokowanie-konta-po-sprawdzeniu-tozsamosci"},
    }
    shown = {slug: set(_related(agent, slug)) for slug in expected}
    assert {slug: expected[slug] - shown[slug] for slug in expected if expected[slug] - shown[slug]} == {}
    # Words in common, but another problem: these were shown while there was no bound.
    unrelated = {
        "account-locked": {
            "phone-lost-or-stolen",
            "bitlocker-recovery-key",
            "keyboard-types-wrong-characters",
        },
        "wygasle-haslo": {"blad-aktywacji-office", "zgubiony-lub-skradziony-telefon"},
        "change-an-expired-password": {"order-equipment", "office-activation-error"},
        "dostep-do-folderu": {"program-nie-chce-sie-zainstalowac"},
    }
    for slug, wrong in unrelated.items():
        assert not set(_related(agent, slug)) & wrong, slug
    for slug in ("run-a-major-incident", "prowadzenie-powaznej-awarii", "take-a-screenshot"):
        assert _related(agent, slug) == []
