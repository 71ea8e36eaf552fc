"""Whether what a file says keeps people out who may read what stands, and what becomes of an article by that."""

from dataclasses import replace

from servicedesk.knowledge import rules
from servicedesk.knowledge.restrictions import Restriction, together
from servicedesk.people.rules import GROUP_PREFIX

_STRICTNESS = {"published": 0, "draft": 1, "archived": 2}


def narrows(said: Restriction, standing: Restriction) -> bool:
    """Tell whether a file keeps anybody out who may read what stands: by its audience or by its state."""
    return _is_narrower(said, standing) or is_stricter(said.state, standing.state)


def narrowed(own: Restriction, said: Restriction, *, since: Restriction) -> Restriction:
    """Return for whom and in which state an article is to be whose file is not taken, by what it closes `since` then.

    What somebody opened here since then stays open while the file says what it said.
    """
    audience = said.audience if _is_narrower(said, since) else ""
    state = said.state if is_stricter(said.state, since.state) else "published"
    found = together(own, [Restriction(audience, state)])
    return replace(found, audience=narrower_here(own.audience, found.audience))


def narrower_here(own: str, found: str) -> str:
    """Keep a group that was chosen here: the people of another may not read what was written for it."""
    return own if own.startswith(GROUP_PREFIX) else found


def is_stricter(state: str, before: str) -> bool:
    """Tell whether an article in the one state is further from its readers than in the other."""
    return _STRICTNESS[state] > _STRICTNESS[before]


def _is_narrower(said: Restriction, standing: Restriction) -> bool:
    return bool(said.audience) and rules.is_wider(standing.audience, said.audience)
