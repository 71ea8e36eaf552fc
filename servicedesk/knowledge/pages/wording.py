"""Words for what articles have in codes: reasons, audiences, languages, shelves, states."""

from flask_babel import gettext as _

from servicedesk.people.rules import EVERYONE, GROUP_PREFIX, STAFF


def reason_choices() -> list[tuple[str, str]]:
    """Return why an article may not have helped, with the words for it."""
    return [
        ("not-my-problem", _("It is about another problem")),
        ("step-failed", _("A step did not work")),
        ("unclear", _("I could not follow it")),
        ("outdated", _("It looks different on my screen")),
        ("other", _("Something else")),
    ]


def audience_words(audience: str) -> str:
    """Say who may read an article."""
    if audience == EVERYONE:
        return _("Everyone")
    if audience == STAFF:
        return _("Staff only")
    return _("Group %(name)s", name=audience.removeprefix(GROUP_PREFIX))


def language_words(code: str) -> str:
    """Say which language, in the reader's."""
    return {"en": _("English"), "pl": _("Polish")}.get(code, code)


def shelf_words(shelf: str) -> str:
    """Say which shelf of the editor's desk."""
    return {
        "drafts": _("Drafts"),
        "due": _("Review due"),
        "published": _("Published"),
        "archived": _("Archived"),
    }[shelf]
