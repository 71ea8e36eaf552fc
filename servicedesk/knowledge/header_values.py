"""The values of a file's header as texts, lists and names, whether it is written in YAML, TOML or JSON.

Nothing is converted: `yes`, `0x80070005` and `2027-05-01` stand as they were written, and whoever needs a date reads one.
So no number is too large, no tag makes an object, and no alias is copied: a header costs what its letters cost.
"""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from servicedesk import foreign_text
from servicedesk.errors import N_, InvalidInputError

_DEEPEST = 20
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Names(list[tuple[str, Any]]):
    """Names with their values in the order of the file: a name that is there twice stays there twice."""


Value = None | str | list["Value"] | Names


def read_yaml(text: str) -> Value:
    """Return what a YAML text holds. Raises InvalidInputError."""
    try:
        events = iter(yaml.parse(text, Loader=_LOADER))
        return _Yaml(events).read()
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidInputError(
            N_("The header is not valid YAML. Quote texts that hold a colon or begin with a mark.")
        ) from error


def read_toml(text: str) -> Value:
    """Return what a TOML text holds. Raises InvalidInputError."""
    try:
        return _cleaned(tomllib.loads(text), 0)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(N_("The header is not valid TOML.")) from error


def read_json_in_front(text: str) -> tuple[Value, int]:
    """Return what the JSON at the beginning of a text holds, and where it ends. Raises InvalidInputError."""
    try:
        found, end = _JSON.raw_decode(text)
        return _cleaned(found, 0), end
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(N_("The header is not valid JSON.")) from error


_JSON = json.JSONDecoder(object_pairs_hook=Names, parse_int=str, parse_float=str, parse_constant=str)


class _Yaml:
    """Builds values from the parser's events, which come however deep a text nests."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, Value] = {}

    def read(self) -> Value:
        found: Value = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                found = self._value(next(self._events), 0)
        if documents > 1:
            raise InvalidInputError(N_("The header is more than one YAML document."))
        return found

    def _value(self, event: Any, depth: int) -> Value:
        _check_depth(depth)
        found: Value
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise ValueError("An alias of nothing")
            return self._anchors[event.anchor]
        if isinstance(event, yaml.ScalarEvent):
            is_nothing = event.implicit[0] and event.value in _NOTHING
            found = None if is_nothing else foreign_text.lines(event.value)
        elif isinstance(event, yaml.SequenceStartEvent):
            found = [self._value(inner, depth + 1) for inner in iter(self._next, None)]
        else:
            found = Names(
                (_name(self._value(inner, depth + 1)), self._value(next(self._events), depth + 1))
                for inner in iter(self._next, None)
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = found
        return found

    def _next(self) -> yaml.Event | None:
        """Return the next event inside a list or a mapping, None at its end."""
        event = next(self._events)
        return None if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent) else event


def _name(value: Value) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise InvalidInputError(N_("The header is not a list of names with values."))


def _check_depth(depth: int) -> None:
    if depth > _DEEPEST:
        raise InvalidInputError(N_("The header is nested too deep."))


def _cleaned(value: Any, depth: int) -> Value:
    _check_depth(depth)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Names):
        return Names((foreign_text.lines(name), _cleaned(inner, depth + 1)) for name, inner in value)
    if isinstance(value, dict):
        return Names((foreign_text.lines(name), _cleaned(inner, depth + 1)) for name, inner in value.items())
    if isinstance(value, list):
        return [_cleaned(inner, depth + 1) for inner in value]
    return foreign_text.lines(str(value))
