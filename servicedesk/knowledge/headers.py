"""The header of a file, in whichever form people write it: its names with their values, and the text after it.

YAML between `---` lines, TOML between `+++`, JSON in braces, a comment, or plain `Name: value` lines. A header that is
there and is not understood is refused: what it says of who may read the file would be lost, and nobody would notice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from servicedesk import foreign_text
from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge import restricting_names, rules, said_in_text
from servicedesk.knowledge.header_values import Names, Value, read_json_in_front, read_toml, read_yaml
from servicedesk.knowledge.said_in_text import HEADING, LINE, first_line, plain_name

LONGEST_HEADER = 64_000
_MOST_VALUES = 5_000
_LINES_LOOKED_AT = 60
_MARK = re.compile(r"([ \t]*)(---|\+\+\+|;;;)[ \t]*(yaml|yml|toml|json)?[ \t]*(?:#.*)?", re.IGNORECASE)
_FORMATS = {"---": "yaml", "+++": "toml", ";;;": "json"}
# What could begin or end a header, with its marks mistaken or changed by a word processor.
_RULER = re.compile(
    r"\s*(?:[>\\] ?)*(?:(?:[-–—−=*_~;+%]{2,}|[–—−])(?:\s.{0,80}|[a-z|]{1,12})?|\{|export\b[^{]{0,80}\{)\s*"
)
_OBJECT = re.compile(r"\s*(?:export\b[^{]{0,80}|\[\s*)?\{(?![{%<:]).*")
_NAME_IN_OBJECT = re.compile(r"\b([A-Za-z][\w-]{0,40})[\"']?\s{0,10}:")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")


@dataclass(frozen=True)
class Header:
    """What the header says; nothing where there is none. `said` is what the text says by itself, true or not.

    `own` are the names that stand between the header's marks, without those of comments and lines beside it.
    """

    names: Names
    said: Names = field(default_factory=Names)
    own: Names = field(default_factory=Names)

    def get(self, *names: str) -> Value:
        """Return the last value under the first of these names that says anything, however it is spelled, or None."""
        for name in map(plain_name, names):
            found: list[Value] = [
                value for own, value in self.names if plain_name(own) == name and value not in (None, "")
            ]
            if found:
                return found[-1]
        return None

    def walk(self) -> Iterator[tuple[str, Value]]:
        """Yield every name with its value, also of those inside others."""
        return ((name, value) for name, value, _ in self.walk_inside())

    def walk_inside(self) -> Iterator[tuple[str, Value, str]]:
        """Yield every name with its value and the name that it stands in, "" for the article's own."""
        count = 0
        waiting: list[tuple[str, Value, str]] = [(name, value, "") for name, value in self.names]
        while waiting:
            name, value, inside = waiting.pop(0)
            yield name, value, inside
            if isinstance(value, Names):
                waiting += [(*pair, inside) for pair in _named(value)]
                waiting += [(inner, held, name or inside) for inner, held in value]
            elif isinstance(value, list):
                waiting += [("", inner, name or inside) for inner in value if isinstance(inner, list)]
            count += 1
            if count > _MOST_VALUES:
                raise InvalidInputError(N_("The header holds too many values."))


def _named(value: Names) -> list[tuple[str, Value]]:
    """Return the name and the value that stand apart, as lists of properties have them: `{name: draft, value: true}`."""
    own = {plain_name(name): inner for name, inner in value}
    said = [own[name] for name in ("name", "key", "property", "field", "label") if name in own]
    given = [own[name] for name in ("value", "content", "values") if name in own]
    return [(said[0], given[0])] if given and said and isinstance(said[0], str) else []


def read_header(text: str) -> tuple[Header, str]:
    """Return the header of a cleaned text, and what comes after it. Raises InvalidInputError for one that is not understood."""
    names, body, own = _names_and_body(text)
    if is_ours(Header(own).get("audience")):
        # What is exported comes in as it was, whatever examples its text gives.
        return Header(names, own=own), body
    before = text[: first_line(text)]
    return Header(names, Names(said_in_text.in_text(f"{before}\n{body}")), own), body


def _names_and_body(text: str) -> tuple[Names, str, Names]:
    """Return the names, what comes after them, and those of the names that stand in a header with marks."""
    start = first_line(text)
    line, _, rest = text[start:].partition("\n")
    mark = _MARK.fullmatch(line)
    closed = _closed(mark, rest) if mark else None
    if mark and closed:
        found, body = _read((mark[3] or _FORMATS[mark[2]]).lower(), closed[0]), closed[1]
    elif re.match(r"[ \t]*\{[ \t]*(?:\"|\Z|\})", line):
        found, end = read_json_in_front(text[start:].lstrip())
        body = text[start:].lstrip()[end:]
        _check_size(end)
    else:
        return *_without_marks(text, start), Names()
    if found is not None and not isinstance(found, Names):
        raise InvalidInputError(N_("The header is not a list of names with values."))
    below = [(name, value) for name, value in said_in_text.at_top(body) if plain_name(name) in _TELLING]
    names = Names([*said_in_text.in_comments(text[:start]), *below, *(found or ())])
    if not is_ours(Header(names).get("audience")):
        _refuse_stray(body)
        _refuse_unopened(body)
    return names, body, found or Names()


def is_ours(audience: Value) -> bool:
    """Tell whether an audience is one of our words, as an export writes it; `end-user` and its kin say nothing of reading."""
    texts = audience if isinstance(audience, list) else [audience]
    return any(rules.is_audience(foreign_text.key(text)) for text in texts if isinstance(text, str))


def _closed(mark: re.Match[str], rest: str) -> tuple[str, str] | None:
    """Return what stands before and after the closing mark, which is no further to the right than the opening one."""
    ends = r"(?:---|\.\.\.)" if mark[2] == "---" else re.escape(mark[2])
    end = re.compile(rf"^[ \t]{{0,{len(mark[1])}}}{ends}[ \t]*$", re.MULTILINE).search(rest)
    if end is None:
        return None
    _check_size(end.start())
    return rest[: end.start()], rest[end.end() + 1 :]


def _check_size(size: int) -> None:
    if size > LONGEST_HEADER:
        raise InvalidInputError(N_("The header is larger than 64 kB."))


def _read(form: str, text: str) -> Value:
    if not text.strip():
        return None
    if form == "toml":
        return read_toml(text)
    if form == "json":
        found, end = read_json_in_front(text.strip())
        if text.strip()[end:]:
            raise InvalidInputError(N_("The header is not valid JSON."))
        return found
    return read_yaml(text)


def _without_marks(text: str, start: int) -> tuple[Names, str]:
    """Read what people write instead of a header: comments, and `Name: value` lines at the start or below the heading."""
    _refuse_stray(text[start:])
    _refuse_unopened(text[start:])
    pairs, rest = said_in_text.pairs(text[start:])
    if any(plain_name(name) == "title" for name, _ in pairs) and not HEADING.match(text, start):
        return Names([*said_in_text.in_comments(text[:start]), *pairs]), rest
    return Names([*said_in_text.in_comments(text[:start]), *said_in_text.at_top(text[start:])]), text[start:]


def _refuse_stray(text: str) -> None:
    """Refuse what looks like a header and was not read as one: without an end, with other marks, or not at the top."""
    lines = text.splitlines()[:_LINES_LOOKED_AT]
    first = next((line for line in lines if line.strip()), "")
    for place, line in enumerate(lines):
        if _FENCE.match(line):
            return
        is_export = line.lstrip().startswith("export ")
        if (line is first or is_export) and _OBJECT.fullmatch(line):
            _refuse_if_telling(_NAME_IN_OBJECT.findall(line), _TELLING)
        if not _RULER.fullmatch(line):
            continue
        is_first = line is first
        telling = _TELLING | _TELLING_AT_START if is_first else _TELLING
        inside, is_closed = _lines_below(lines[place + 1 :])
        if is_first or is_closed or is_export:
            _refuse_if_telling(inside, telling)


def _refuse_unopened(text: str) -> None:
    """Refuse a header that ends with a mark and begins without one, as Hexo writes them, also right behind another one."""
    lines = text.splitlines()[:_LINES_LOOKED_AT]
    inside, is_closed = _lines_below(lines)
    if is_closed and LINE.fullmatch(next((line for line in lines if line.strip()), "")):
        _refuse_if_telling(inside, _TELLING)


def _refuse_if_telling(found: list[str], telling: frozenset[str]) -> None:
    if any(plain_name(name) in telling for name in found):
        raise InvalidInputError(
            N_(
                "There is a header that is not understood. Put it at the top, between two lines of three hyphens."
            )
        )


def _lines_below(lines: list[str]) -> tuple[list[str], bool]:
    """Return the names of the `Name: value` lines up to the next empty one or ruler, and whether a ruler ends them."""
    found: list[str] = []
    for line in lines:
        if _RULER.fullmatch(line) or line.strip() == "...":
            return found, True
        if match := LINE.fullmatch(line):
            found.append(match[1])
        elif _OBJECT.fullmatch(line):
            found += _NAME_IN_OBJECT.findall(line)
        elif found and not line.strip():
            break
    return found, False


# Names that tell a header from a text that happens to stand between two lines.
_TELLING = restricting_names.SURE | frozenset(
    {
        "audience", "draft", "published", "publish", "state", "visibility", "access", "private", "public", "internal",
        "restricted", "hidden", "unlisted", "permissions", "roles", "groups", "expirydate", "publishdate", "archived",
        "confidential", "szkic", "poufne", "opublikowane", "dostep", "uprawnienia",
    }
)  # fmt: skip
_TELLING_AT_START = frozenset(
    {"title", "status", "slug", "layout", "categories", "tags", "date", "id", "description"}
)
