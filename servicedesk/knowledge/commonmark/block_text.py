"""What rules for blocks share: the words of a line, and reading what stands inside a box."""

from markdown_it.rules_block import StateBlock


def text_of(state: StateBlock, line: int) -> str:
    """Return a line without the blanks round it and the marks of what holds it."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def read_body(state: StateBlock, start: int, end: int, indent: int) -> None:
    """Read these lines as blocks inside the one that is open."""
    old = state.parentType, state.lineMax, state.blkIndent
    state.parentType, state.lineMax, state.blkIndent = "box", end, indent
    if start < end:
        state.md.block.tokenize(state, start, end)
    state.parentType, state.lineMax, state.blkIndent = old
