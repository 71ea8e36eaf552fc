"""The words of each mail, in both languages, compared with stored texts. To change one, change its file as well."""

from pathlib import Path

import pytest

from servicedesk.mail import wording

EXPECTED = Path(__file__).parent / "expected"
TEMPLATES = Path(wording.__file__).parents[1] / "templates" / "mail"
EVENTS = sorted(path.stem for path in (TEMPLATES / "en").glob("*.txt") if path.stem != "footer")
VALUES: dict[str, object] = {
    "reference": "INC-1042",
    "title": "Printer <jams> & smokes",
    "link": "https://help.example.com/incidents/1042",
    "quote": "Which printer is it?\n\n<b>The one</b> by the window?",
    "author": "Anna Lis",
    "requester": "Ewa Nowak",
    "assignee": "Anna Lis",
    "team": "Service desk",
    "problem": "Printers are down",
    "is_requester": True,
}
RESTRICTED = {**VALUES, "title": None, "quote": None}
WITH_QUOTE = ("answered_by_desk", "answered_by_requester", "resolved", "reopened")


def values_for(event: str) -> dict[str, object]:
    """Return what this mail is written with."""
    if event == "restricted":
        return RESTRICTED
    return VALUES if event in WITH_QUOTE else {**VALUES, "quote": None}


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
def test_a_mail_says_what_is_stored(event: str, language: str) -> None:
    words = wording.write(event, language, values_for(event))
    expected = (EXPECTED / f"{event}.{language}.txt").read_text(encoding="utf-8")
    assert f"{words.subject}\n\n{words.text}" == expected


@pytest.mark.parametrize("event", ["answered_by_desk", "restricted"])
def test_the_html_part_is_what_is_stored(event: str) -> None:
    words = wording.write(event, "en", values_for(event))
    assert words.html == (EXPECTED / f"{event}.en.html").read_text(encoding="utf-8")


def test_every_mail_exists_in_every_language() -> None:
    names = [{path.name for path in (TEMPLATES / language).glob("*.txt")} for language in wording.LANGUAGES]
    assert all(found == names[0] for found in names)


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
def test_what_people_wrote_is_text_in_html(event: str, language: str) -> None:
    """Mails escape like pages (security.md X1)."""
    html = wording.write(event, language, values_for(event)).html
    assert "<jams>" not in html
    assert "<b>The one" not in html


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
def test_names_and_titles_are_text_in_html_too(event: str, language: str) -> None:
    """Wherever they come from, the directory and headers of mails included (security.md X2)."""
    marked = {
        name: f"<i>{value}" if isinstance(value, str) and name != "link" else value
        for name, value in values_for(event).items()
    }
    html = wording.write(event, language, marked).html
    assert "<i>" not in html
    assert "&lt;i&gt;INC-1042" in html


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_a_restricted_mail_has_number_and_link_only(language: str) -> None:
    words = wording.write("restricted", language, RESTRICTED)
    for part in (words.subject, words.text, words.html):
        assert "INC-1042" in part
        for secret in ("Printer", "Which printer", "Anna", "Ewa", "window"):
            assert secret not in part


def test_a_language_without_mails_gets_english() -> None:
    assert wording.write("closed", "de", values_for("closed")) == wording.write(
        "closed", "en", values_for("closed")
    )
