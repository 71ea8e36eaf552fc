"""The words of mails: one template an event and language, with the same words in the text and in the HTML part.

A template in templates/mail/<language>/ fills the blocks of layout.txt or layout.html, so that nothing is said twice.
Mails are written whole in each language instead of sentence by sentence: they are read as letters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

LANGUAGES = ("en", "pl")
_TEMPLATES = Path(__file__).parents[1] / "templates" / "mail"


@dataclass(frozen=True)
class Wording:
    """The words of one mail."""

    subject: str
    text: str
    html: str


def write(event: str, language: str, values: Mapping[str, object]) -> Wording:
    """Write the mail about an event in a language; a language that has no mails gets English."""
    language = language if language in LANGUAGES else LANGUAGES[0]
    name = f"{language}/{event}.txt"
    plain, markup = _environment(is_html=False), _environment(is_html=True)
    shared = {**values, "language": language}
    subject = plain.get_template(name).render(**shared, layout="subject.txt")
    return Wording(
        subject=" ".join(subject.split()),
        text=plain.get_template(name).render(**shared, layout="layout.txt"),
        html=markup.get_template(name).render(
            **shared, layout="layout.html", subject=" ".join(subject.split())
        ),
    )


@cache
def _environment(*, is_html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=is_html,  # noqa: S701 - the text part is no markup.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
