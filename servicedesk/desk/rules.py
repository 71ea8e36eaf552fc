"""Decisions about teams that need no database."""

from collections.abc import Mapping, Sequence

FIRST_TEAM = "service-desk"
LAST_CATEGORY = "other"
CLASSES = ("normal", "team", "restricted")
# What is neither is restricted: a class of another version is not understood here, and must open nothing.
OPENER_CLASSES = ("normal", "team")
LONGEST_KEY = 60
LONGEST_NAME = 120


def groups_by_team(
    groups: Mapping[str, Mapping[str, Sequence[str]]],
) -> Mapping[str, Sequence[str]]:
    """Return the directory groups of each team's key, as GROUPS says; where it names no team, all IT staff are the first one."""
    agents = groups["roles"].get("agent", ())
    return groups["teams"] or ({FIRST_TEAM: agents} if agents else {})


def names_teams(groups: Mapping[str, Mapping[str, Sequence[str]]]) -> bool:
    """Tell whether GROUPS says which teams there are: one that was emptied by mistake must not shut everybody out."""
    return bool(groups["teams"])


def name_from(key: str) -> str:
    """Return what a team is called until somebody says so: its key in words."""
    words = " ".join(key.replace("-", " ").replace("_", " ").split())
    return (words[:1].upper() + words[1:])[:LONGEST_NAME] or key
