"""Options of a box on its first lines, as MyST has them: `:class: tip dropdown`, `:open:`, or the same between `---`."""

import re

from markdown_it.rules_block import StateBlock

from servicedesk.knowledge.commonmark.block_text import text_of

# Those that say how a box looks or where it is found: any other line is a text, be it an icon and a word.
_NAMES = r"name|label|open|icon|color|animate|selected|sync|gutter|margin|padding|columns|width|shadow|nosearch|text-align"
_OPTION = re.compile(rf":(class(?:-[a-z]+)?(?=:[ \t]*[\w -]*$)|(?:{_NAMES})(?=:[ \t]*\S*$)):[ \t]*(.*)")
_IN_YAML = re.compile(_OPTION.pattern.removeprefix(":"))
_RULER = "---"


def options(state: StateBlock, start: int, end: int) -> tuple[dict[str, str], int]:
    """Return the options that these lines begin with, and the line behind them."""
    is_yaml = start < end and text_of(state, start) == _RULER
    form, number = (_IN_YAML, start + 1) if is_yaml else (_OPTION, start)
    given: dict[str, str] = {}
    while number < end and (match := form.fullmatch(text_of(state, number))) is not None:
        given[match[1]] = match[2].strip("\"' ")
        number += 1
    if not is_yaml:
        return given, number
    is_closed = number < end and text_of(state, number) == _RULER
    return (given, number + 1) if given and is_closed else ({}, start)
