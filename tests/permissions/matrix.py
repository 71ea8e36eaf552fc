"""The matrix of who may do what, read from matrix.yaml: each cell a set of visibility classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PATH = Path(__file__).with_name("matrix.yaml")
CLASSES = ("normal", "team", "restricted")
_YAML_BOOLEANS: Mapping[object, str] = {True: "yes", False: "no"}
GRANTS: Mapping[str, frozenset[str]] = {
    "yes": frozenset(CLASSES),
    "no": frozenset(),
    "normal": frozenset({"normal"}),
    "open": frozenset({"normal", "team"}),
}


@dataclass(frozen=True)
class Row:
    """One verb: for each relation the classes of objects for which it grants the verb."""

    verb: str
    is_built: bool
    appears_as: tuple[str, ...]
    cells: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Table:
    """One table of the matrix."""

    name: str
    columns: tuple[str, ...]
    rows: Mapping[str, Row]

    def grants(self, verb: str, relation: str, visibility: str = "normal") -> bool:
        """Tell whether the relation grants the verb on an object of this class."""
        return visibility in self.rows[verb].cells[relation]


@cache
def load() -> Mapping[str, Table]:
    """Return the tables "incidents", "knowledge" and "people"."""
    document = _document()
    return {name: _table(name, document[name]) for name in ("incidents", "knowledge", "people")}


def unbuilt() -> Mapping[str, tuple[str, ...]]:
    """Return what does not exist yet, with the expressions by which a route for it would show."""
    rows = {
        f"{table.name}.{row.verb}": row.appears_as
        for table in load().values()
        for row in table.rows.values()
        if not row.is_built
    }
    channels: dict[str, dict[str, list[str]]] = _document()["channels"]
    return rows | {
        f"channels.{name}": tuple(channel["appears_as"])
        for name, channel in channels.items()
        if not channel["built"]
    }


@cache
def _document() -> dict[str, dict[str, dict[str, list[str]]]]:
    loaded = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def _table(name: str, part: Mapping[str, object]) -> Table:
    columns, rows = part["columns"], part["rows"]
    assert isinstance(columns, list)
    assert isinstance(rows, dict)
    return Table(name, tuple(columns), {verb: _row(verb, row, columns) for verb, row in rows.items()})


def _row(verb: str, row: Mapping[str, object], columns: list[str]) -> Row:
    cells, shows = row["cells"], row.get("appears_as", [])
    assert isinstance(cells, list)
    assert isinstance(shows, list)
    assert len(cells) == len(columns), f"{verb} has {len(cells)} cells for {len(columns)} columns"
    words = [_YAML_BOOLEANS.get(cell, str(cell)) for cell in cells]
    granted = {column: GRANTS[word] for column, word in zip(columns, words, strict=True)}
    return Row(verb, bool(row["built"]), tuple(shows), granted)
