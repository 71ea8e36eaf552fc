"""Why a suggestion is there, in the reader's language."""

from flask_babel import gettext, ngettext

from servicedesk.incidents.suggestions.actions import Suggestion

_MOST_WORDS = 3
# A smaller count would tell of single colleagues.
FEWEST_COUNTED = 3


def reason_text(item: Suggestion) -> str:
    """Return the reason as a short phrase: whom it helped, else which words match."""
    if item.helped >= FEWEST_COUNTED:
        return ngettext(
            "helped %(num)d colleague with a similar problem",
            "helped %(num)d colleagues with a similar problem",
            item.helped,
        )
    if item.helped:
        return gettext("helped with similar problems")
    words = ", ".join(item.matched[:_MOST_WORDS])
    return gettext("matches: %(words)s", words=words)
