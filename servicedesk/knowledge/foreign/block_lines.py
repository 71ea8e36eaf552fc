"""Lines of a block as what holds them shows them, for the rules that read whole lines."""

import re

from markdown_it.rules_block import StateBlock

from servicedesk.knowledge.foreign.resolving import Piece

# The line after the last one that was read, and what stands for all of them; nothing where a rule does not apply.
Done = tuple[int, list[Piece]] | None


def line(state: StateBlock, number: int, first: int | None = None) -> str:
    """Return a line without the margin of what holds it, or as far as it is further to the right than another one."""
    indent = state.blkIndent if first is None else state.sCount[first]
    return state.getLines(number, number + 1, indent, False)


def until(pattern: re.Pattern[str], state: StateBlock, start: int, end: int) -> int | None:
    """Return the first of these lines in which a pattern is found."""
    # What is not found from one line on is not looked for from each one after it.
    missing = state.env.setdefault("missing", {})
    key = pattern.pattern, end, state.blkIndent
    if missing.get(key, end) <= start:
        return None
    found = next((number for number in range(start, end) if pattern.search(line(state, number))), None)
    if found is None:
        missing[key] = start
    return found
