"""Under which name a heading is found on its page."""

import re

_LONGEST = 60


def heading_id(text: str, separator: str = "-") -> str:
    """Return the id of a heading with these words."""
    words = re.findall(r"\w+", text.lower())
    return separator.join(words)[:_LONGEST].strip(separator) or "part"
