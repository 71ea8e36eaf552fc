"""What a text says of itself outside a header: in comments, lines, tables, fields and HTML near its top, and in its title.

What is found here is weaker than a header, for any article may have a line "Access: …": `restrictions.py` decides what counts.
"""

import re
from collections.abc import Iterator

from servicedesk import foreign_text
from servicedesk.errors import InvalidInputError
from servicedesk.knowledge import restricting_names as names
from servicedesk.knowledge import rules
from servicedesk.knowledge.header_values import Names, Value, read_json_in_front, read_yaml
from servicedesk.knowledge.outside_code import lines_outside_code

_MOST_WORDS = 6
_LINES_OF_HEAD = 30
COMMENT = re.compile(
    r"\s*(?:<!--(.*?)(?:-->|\Z)|\{/\*(.*?)\*/\}|\{#(?!\w)(.*?)#\}|%%(.*?)%%|\{%-?\s*comment\s*-?%\}(.*?)\{%-?\s*endcomment\s*-?%\}|"
    r"\[(?://|comment|_)\]:[ \t]*(?:#|<>)[ \t]*([^\n]*))",
    re.DOTALL | re.IGNORECASE,
)
_NAME = r"[^\W\d_][\w.-]*(?: [\w.-]+){0,3}"
LINE = re.compile(
    rf"[ \t]*(?:[-*+>#%] ?){{0,3}}(?:\*\*|__|:|\")?({_NAME})(?:\*\*|__|\")?[ \t]*(?:::?|=)(?:\*\*|__)?"
    r"(?=\s|$)[ \t]*(.*)"
)
HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+\S.*|[ \t]*\S.*\n[ \t]*(?:=+|-+)[ \t]*(?=\n)")
_ANY_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+(\S.*)|<h1\b[^<>]*>(.{1,300}?)</h1>.*", re.IGNORECASE)
_UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*")
_ASSIGNED = re.compile(
    r"([^\W\d_][\w-]{1,40})[\"']?[ \t]{0,3}(?:::?|=)[ \t]{0,3}[\"'\[(]?([^,;\n\"'\])}|]{1,80})"
)
_FIELD = re.compile(rf"[\[(]({_NAME})[ \t]*::[ \t]*([^\[\]()\n]{{0,80}})[\])]")
_FIELD_LINE = re.compile(
    rf"^[ \t]*(?:[-*+>] )?(?:\*\*|__)?({_NAME})(?:\*\*|__)?[ \t]*::[ \t]+(\S.{{0,80}})$", re.MULTILINE
)
_META = re.compile(r"<meta\b([^<>]{0,500})>", re.IGNORECASE)
_META_PART = re.compile(
    r"(name|property|itemprop|content)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))", re.IGNORECASE
)
_HTML_CELLS = re.compile(
    r"<(?:t[hd]|dt)\b[^<>]*>(.{1,200}?)</(?:t[hd]|dt)>\s{0,40}<(?:td|dd)\b[^<>]*>(.{0,200}?)</(?:td|dd)>",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ROW = re.compile(r"<tr\b[^<>]*>((?:(?!<tr\b).){1,800}?)</tr>", re.IGNORECASE | re.DOTALL)
_HTML_CELL = re.compile(r"<t[hd]\b[^<>]*>(.{0,200}?)</t[hd]>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,200}>")
_PICTURE = re.compile(r"!\[([^\]\n]{0,200})\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_RULE_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_PARTS = re.compile(rf"[ \t]*(?:[|·•;,]|<br\b[^<>]*>)[ \t]+(?=\W{{0,4}}{_NAME}\W{{0,4}}:)", re.IGNORECASE)
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")
_BOX = re.compile(r"^[ \t]*:{3,}[ \t]*\w+[ \t]|^[ \t>]*\[!\w+\][-+]?[ \t]+")
_SHORTCODE = re.compile(r"\{\{[<%](.{0,80}?)[%>]\}\}|(?<!\{)\{/?\w{1,20}\}(?!\})")
_BOLD_NAME = re.compile(rf"[ \t]*(?:\*\*|__)({_NAME})(?:\*\*|__)[ \t]+(\S.{{0,40}})")
_SET_APART = re.compile(rf"[ \t]*({_NAME})[ \t]+(?:[-–—→⇒]|->|=>)[ \t]+(\S.{{0,40}})")
_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеоросухіјѕԁһΑΒΕΖΗΙΚΜΝΟΡΤΥΧοι‐‑‒–—―−",
    "ABESIJKMHOPCTYXaeopocyxijsdhABEZHIKMNOPTYXoi-------",
)
_LONG_BLANKS = re.compile(r"[ \t]{9,}")
_DECORATION = re.compile(r"^[\W_]+|[\W_]+$")


def first_line(text: str) -> int:
    """Return where the first line begins that is neither empty nor a comment."""
    position = 0
    while comment := COMMENT.match(text, position):
        position = comment.end()
    left = text[position:]
    empty = len(left) - len(left.lstrip())
    return position + (left.rfind("\n", 0, empty) + 1 if empty else 0)


def at_top(text: str) -> list[tuple[str, Value]]:
    """Return what comments and short `Name: value` lines say at the start of a text, or below its first heading."""
    text = _without_long_blanks(text)
    start = first_line(text)
    heading = HEADING.match(text, start)
    below = text[heading.end() :] if heading else ""
    comments = [*in_comments(text[:start]), *in_comments(below[: first_line(below)])]
    return [*comments, *(pair for pair in pairs(text)[0] if len(pair[1].split()) <= _MOST_WORDS)]


def pairs(text: str) -> tuple[list[tuple[str, str]], str]:
    """Return the first paragraph if all its lines are `Name: value`, and what follows it."""
    heading = HEADING.match(text, first_line(text))
    block = text[heading.end() :] if heading else text
    first, _, rest = block[first_line(block) :].partition("\n\n")
    parts = [part for line in _without_long_blanks(first).splitlines() for part in _PARTS.split(line)]
    lines = [LINE.fullmatch(part) for part in parts]
    found = [(line[1], _unquoted(line[2])) for line in lines if line]
    return (found, rest) if len(found) == len(lines) else ([], text)


def in_comments(text: str) -> list[tuple[str, Value]]:
    """Return what the comments in a text say, as lines or as one object."""
    found: list[tuple[str, Value]] = []
    for comment in COMMENT.finditer(text):
        inside = next((group for group in comment.groups() if group is not None), "")
        found += _object(inside) or [
            (line[1], _unquoted(line[2]))
            for line in map(LINE.fullmatch, _without_long_blanks(inside).splitlines())
            if line
        ]
    return found


def in_text(text: str) -> Iterator[tuple[str, Value]]:
    """Yield what the text says of itself anywhere but in its header; ("title", …) is its heading, ("line", …) a whole line."""
    text = "\n".join(lines_outside_code(_without_long_blanks(text)))
    for comment in COMMENT.finditer(text):
        inside = next((group for group in comment.groups() if group is not None), "")
        yield from _ASSIGNED.findall(inside)
        yield "line", inside.strip()
    for meta in _META.finditer(text):
        given = {
            name.lower(): next(filter(None, values), "") for name, *values in _META_PART.findall(meta[1])
        }
        yield (
            given.get("name") or given.get("property") or given.get("itemprop") or "",
            given.get("content", ""),
        )
    yield from _FIELD.findall(text)
    yield from _FIELD_LINE.findall(text)
    head = list(_head(COMMENT.sub("\n", text)))
    yield from _in_tables(head)
    yield from _in_html_rows("\n".join(head))
    for name, value in _HTML_CELLS.findall("\n".join(head)):
        yield _TAG.sub("", name), _TAG.sub("", value)
    for line in head:
        yield from _in_line(line)


def _head(text: str) -> Iterator[str]:
    """Yield the lines up to the second heading, the first one among them."""
    headings = count = 0
    lines = _PICTURE.sub(r"\1", text.replace("\n: ", ": ")).splitlines()
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        is_underlined = bool(line.strip()) and bool(_UNDERLINE.fullmatch(following)) and "|" not in line
        headings += is_underlined or bool(_ANY_HEADING.match(line))
        count += bool(line.strip())
        if headings > 1 or count > _LINES_OF_HEAD:
            return
        yield f"# {line.strip()}" if is_underlined else line


def _in_line(line: str) -> Iterator[tuple[str, Value]]:
    heading = _ANY_HEADING.match(line)
    if heading is not None:
        yield "title", _TAG.sub("", heading[1] or heading[2])
        return
    line = _SHORTCODE.sub("", line).strip() or _SHORTCODE.sub(r"\1", line)
    for form in (_BOLD_NAME, _SET_APART):
        pair = form.fullmatch(_TAG.sub("", line))
        if pair is not None and plain_value(_DECORATION.sub("", pair[2])) in names.RESTRICTING:
            yield pair[1], _DECORATION.sub("", pair[2])
    if not _ITEM.match(line):
        yield "line", _DECORATION.sub("", _BOX.sub("", _TAG.sub("", line)))
    for part in _PARTS.split(line):
        pair = LINE.fullmatch(_TAG.sub("", part).strip(" \t*_|"))
        if pair is not None and len(pair[2].split()) <= _MOST_WORDS:
            yield pair[1], _DECORATION.sub("", pair[2])


def _in_tables(head: list[str]) -> Iterator[tuple[str, Value]]:
    """Yield the rows of two cells, and each cell of a table of one row with its heading."""
    for number, line in enumerate(head):
        cells = _cells(line)
        below = _below_alone(head, number)
        if below and not (len(cells) == 2 and _is_value(cells[1])):
            yield from zip(cells, below, strict=False)
        elif len(cells) == 2 and ":" not in cells[0] and len(cells[1].split()) <= _MOST_WORDS:
            yield cells[0], cells[1]


def _in_html_rows(text: str) -> Iterator[tuple[str, Value]]:
    """Yield each cell of an HTML table of one row with its heading."""
    rows = [[_TAG.sub("", cell) for cell in _HTML_CELL.findall(row)] for row in _HTML_ROW.findall(text)]
    if len(rows) == 2 and len(rows[0]) == len(rows[1]) != 2:
        yield from zip(*rows, strict=True)
    elif len(rows) == 2 and len(rows[0]) == 2 and len(rows[1]) == 2:
        yield from ((name, value) for name, value in zip(*rows, strict=True) if _is_value(value))


def _below_alone(head: list[str], number: int) -> list[str]:
    """Return the cells of the only row below a heading of a table."""
    after = [*head[number + 1 : number + 4], "", "", ""]
    is_alone = bool(_RULE_ROW.fullmatch(after[0])) and "|" not in after[2]
    return _cells(after[1]) if is_alone else []


def _is_value(cell: str) -> bool:
    word = plain_value(cell)
    return word.startswith("group:") or word in names.RESTRICTING | names.STAFF_LEVELS | names.OPEN_LEVELS


def _cells(line: str) -> list[str]:
    return (
        [_DECORATION.sub("", cell.strip()) for cell in line.strip().strip("|").split("|")]
        if "|" in line
        else []
    )


def _object(inside: str) -> list[tuple[str, Value]]:
    """Return the names of an object in braces, in JSON or as YAML writes it."""
    text = inside.strip().strip("-").strip()
    if not text.startswith("{"):
        return []
    try:
        found = read_json_in_front(text)[0]
    except InvalidInputError:
        try:
            found = read_yaml(text)
        except InvalidInputError:
            return []
    return [*found] if isinstance(found, Names) else []


def _without_long_blanks(text: str) -> str:
    """Shorten what only sets columns apart: patterns that may end with blanks try each of them."""
    return _LONG_BLANKS.sub(" " * 8, text)


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text.strip("[]")


def alike_letters(text: str) -> str:
    """Return a text with the letters and hyphens that only look like ours, as other keyboards and word processors give."""
    return text.translate(_ALIKE)


def plain_name(name: str) -> str:
    """Return what names are compared by: `Review-On`, `review on` and `reviewOn` are one, `Dostęp` and `dostep` too."""
    return re.sub(r"[\W_]+", "", rules.without_accents(foreign_text.key(alike_letters(name))))


def plain_value(value: Value) -> str:
    """Return what words are compared by; of anything but a text an odd one, which nobody understands."""
    if not isinstance(value, str):
        return "?"
    return (
        rules.without_accents(foreign_text.key(alike_letters(value)))
        .strip("\"'")
        .replace("-", " ")
        .replace("_", " ")
    )
