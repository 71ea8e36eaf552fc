"""Making the dictionary files from what simplemma ships, in a process of its own: it takes 600 MB for 20 seconds."""

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from fcntl import LOCK_EX, flock
from importlib.metadata import version
from pathlib import Path

from simplemma.strategies import DefaultDictionaryFactory

from servicedesk.search.languages import LANGUAGES, fold
from servicedesk.search.lexicon import LEXICON_SUFFIX, is_whole, write_lexicon

_LESS_URGENT = 5
_LONGEST_MAKING_S = 600.0
_LOCK = "maker.lock"


def dictionary_files(directory: Path) -> Mapping[str, Path]:
    """Return the dictionary file of each language that needs one, making those that are missing or damaged.

    One at a time: who comes while another makes them waits, and finds them made.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = _paths(directory)
    with (directory / _LOCK).open("w") as lock:
        flock(lock, LOCK_EX)
        for code, path in files.items():
            if not is_whole(path):
                _make_apart(code, path)
    return files


def has_dictionaries(directory: Path) -> bool:
    """Whether all dictionary files are there and whole, so that nobody has to wait for their making."""
    return all(is_whole(path) for path in _paths(directory).values())


def _paths(directory: Path) -> dict[str, Path]:
    name = f"{version('simplemma')}{LEXICON_SUFFIX}"
    with_one = (language.code for language in LANGUAGES.values() if language.has_dictionary)
    return {code: directory / f"{code}-{name}" for code in with_one}


def _make_apart(code: str, path: Path) -> None:
    """Make a file in a child process, so that its memory goes back to the system; it ends when we do, or takes too long."""
    child = multiprocessing.get_context("spawn").Process(
        target=_make_in_background, args=(code, path), daemon=True
    )
    child.start()
    child.join(_LONGEST_MAKING_S)
    if child.is_alive():
        child.kill()
        child.join()
    if child.exitcode != 0:
        raise OSError(f"The dictionary {path.name} could not be made.")


def _make_in_background(code: str, path: Path) -> None:
    os.nice(_LESS_URGENT)
    make_dictionary(code, path)


def make_dictionary(code: str, path: Path) -> None:
    """Write one language's dictionary file."""
    write_lexicon(path, _folded_forms(code))


def _folded_forms(code: str) -> Iterator[tuple[str, str]]:
    """Yield forms and lemmas without diacritics; what is spelt without them anyway comes first and wins."""
    dictionary = DefaultDictionaryFactory().get_dictionary(code)
    pairs = [(form, lemma) for form, lemma in dictionary.items() if form.islower()]
    folded = [(fold(form), fold(lemma)) for form, lemma in pairs]
    plain = [form == shown for (form, _), (shown, _) in zip(pairs, folded, strict=True)]
    yield from (pair for pair, is_plain in zip(folded, plain, strict=True) if is_plain)
    yield from (pair for pair, is_plain in zip(folded, plain, strict=True) if not is_plain)
