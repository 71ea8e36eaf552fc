"""Check that every sentence of the product has its Polish: complete, current, and with the same placeholders."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

_ROOT = Path(__file__).parents[1]
_POLISH = _ROOT / "servicedesk" / "translations" / "pl" / "LC_MESSAGES" / "messages.po"
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_POLISH_PLURALS = 3


def extract() -> Catalog:
    """Return the catalogue of all sentences that the code and templates hold now."""
    with tempfile.NamedTemporaryFile(suffix=".pot") as pot:
        command = [
            "pybabel",
            "--quiet",
            "extract",
            "--mapping-file",
            "pyproject.toml",
            "--keyword",
            "N_",
            "--keyword",
            "lazy_gettext",
            "--output-file",
            pot.name,
            ".",
        ]
        subprocess.run([f"{Path(sys.executable).parent}/{command[0]}", *command[1:]], cwd=_ROOT, check=True)
        return read_po(pot)


def problems(wanted: Catalog, polish: Catalog) -> list[str]:
    """Return one line for each sentence that is missing, unsure or differs in its placeholders."""
    return [
        line for message in wanted if message.id for line in _problems_of(message, polish.get(message.id))
    ]


def _problems_of(message: Message, found: Message | None) -> list[str]:
    name = message.id if isinstance(message.id, str) else message.id[0]
    if found is None or not found.string or found.fuzzy:
        return [f"no Polish for: {name}"]
    strings = [found.string] if isinstance(found.string, str) else list(found.string)
    if not isinstance(message.id, str) and (len(strings) != _POLISH_PLURALS or not all(strings)):
        return [f"needs three plural forms: {name}"]
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    allowed = {place for text in ids for place in _PLACEHOLDER.findall(text)}
    needed = set(_PLACEHOLDER.findall(ids[-1])) if isinstance(message.id, str) else set()
    if any(
        set(_PLACEHOLDER.findall(text)) - allowed or needed - set(_PLACEHOLDER.findall(text))
        for text in strings
    ):
        return [f"other placeholders in: {name}"]
    return []


def main() -> int:
    """Print what is wrong and return 1, or return 0."""
    with _POLISH.open("rb") as file:
        found = problems(extract(), read_po(file, locale="pl"))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
