"""Lists as people write them, brought to the four spaces that Python-Markdown wants.

CommonMark, and with it most editors, nests by the width of the marker: two or three spaces. Python-Markdown asks for
four and for an empty line before a list. One pass over the lines, so that no text is slow.
"""

import re
from dataclasses import dataclass, field

_ITEM = re.compile(r"( *)([-*+]|\d{1,9}[.)])( {1,4})(?=\S)")
_FENCE = re.compile(r" *(`{3,}|~{3,})")
_WIDTH = 4


@dataclass
class _State:
    """What is open at the current line: items by the column of their content, and a fence."""

    out: list[str] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    fence: str = ""
    fence_column: int = 0
    fence_depth: int = 0
    after_blank: bool = True
    in_text: bool = False

    def add(self, line: str, *, extra: int = 0) -> None:
        """Write a line at the depth that is open."""
        self.out.append(" " * (_WIDTH * len(self.columns) + extra) + line)
        self.after_blank = False


def widen_lists(lines: list[str]) -> list[str]:
    """Return the lines with every nested list and continuation indented by four spaces a level."""
    state = _State()
    for line in lines:
        text = line.lstrip(" ")
        column = len(line) - len(text)
        if state.fence:
            _in_fence(state, line, text, column)
        elif not text:
            state.out.append("")
            state.after_blank, state.in_text = True, False
        elif (item := _ITEM.match(line)) and (state.columns or column < _WIDTH):
            _item(state, item, line)
        else:
            _other(state, text, column)
    return state.out


def _in_fence(state: _State, line: str, text: str, column: int) -> None:
    kept = text if column <= state.fence_column else line[state.fence_column :]
    state.out.append(" " * state.fence_depth + kept if kept else "")
    if text.startswith(state.fence) and not text.strip("`~ "):
        state.fence = ""
        state.out.append("")
        state.after_blank = True


def _item(state: _State, item: re.Match[str], line: str) -> None:
    column = len(item[1])
    while state.columns and column < state.columns[-1]:
        state.columns.pop()
    if state.columns:
        _settle(state, column)
    elif state.in_text and (item[2] in "-*+" or item[2][:-1] == "1"):
        state.out.append("")
    marker = item[2].replace(")", ".")
    state.add(f"{marker} {line[item.end() :]}")
    state.columns.append(item.end())
    state.in_text = False


def _other(state: _State, text: str, column: int) -> None:
    """Write a paragraph, heading, fence or table row; after an empty line its column tells to which item it belongs."""
    if state.after_blank or text.startswith(("#", "```", "~~~")):
        while state.columns and column < state.columns[-1]:
            state.columns.pop()
    extra = column
    if state.columns:
        _settle(state, column)
        extra = max(0, column - state.columns[-1])
    if text.startswith("|") and state.in_text and not state.out[-1].lstrip().startswith("|"):
        state.out.append("")
    fence = _FENCE.match(text)
    if fence and not state.after_blank:
        state.out.append("")
    state.add(text, extra=extra)
    state.in_text = not text.startswith("#")
    if fence:
        state.fence, state.fence_column = fence[1], column
        state.fence_depth = _WIDTH * len(state.columns) + extra
        state.in_text = False


def _settle(state: _State, column: int) -> None:
    """Learn from the first line below an item how far its author indents, when that is more than the marker's width."""
    if state.columns[-1] < column < state.columns[-1] + _WIDTH:
        state.columns[-1] = column
