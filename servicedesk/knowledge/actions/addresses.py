"""The address of an article that is written here: the words of its title and a random number, always.

If only a taken address got a number, the number would tell that an article of this title exists, to somebody who may not
read it: a draft, one for a group, an archived one (permissions.md, rule 3: existence itself is secret). So every article
gets one, and an address says nothing but what its own writer wrote. Words that are pages of ours below /articles/ need no
rule of their own then. Addresses from files (`flask kb import`, `sync`) come without a number: whoever runs these
commands has the database before them.
"""

import secrets

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge import rules
from servicedesk.knowledge.models import Article

_NUMBERS = range(10_000, 100_000)
_ROOM_FOR_NUMBER = 6


def new_address(title: str) -> str:
    """Return a free address for an article of this title."""
    stem = rules.slug_of(title)[: rules.LONGEST_SLUG - _ROOM_FOR_NUMBER].strip("-") or "article"
    while True:
        address = f"{stem}-{secrets.choice(_NUMBERS)}"
        if db.session.scalar(select(Article.id).where(Article.slug == address)) is None:
            return address
