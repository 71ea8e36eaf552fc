"""Time zones as people and settings name them: in any spelling, under old names, or under one that is not known any more.

Today's names are those of the zones of countries (zone.tab of the time zone database). An older name, such as US/Eastern
or Europe/Kiev, is a link to one of them.
"""

import zoneinfo
from functools import cache
from importlib import resources

_LONGEST_CHAIN = 4


@cache
def todays_name(name: str | None) -> str | None:
    """Return today's name of a zone, however it is spelled; None for one that this machine does not know."""
    wanted = "_".join((name or "").split()).casefold()
    known = _by_spelling().get(wanted)
    today = known
    for _step in range(_LONGEST_CHAIN):
        if today in todays_names():
            return today
        today = _links().get(today or "")
    return known


@cache
def todays_names() -> frozenset[str]:
    """Return the zones to choose from; all that there are when the table of countries is missing."""
    available = zoneinfo.available_timezones()
    lines = (line.split("\t") for line in _read("zone.tab") if not line.startswith("#"))
    listed = {columns[2] for columns in lines if len(columns) > 2}
    return frozenset(listed & available or {zone for zone in available if "/" in zone})


@cache
def _by_spelling() -> dict[str, str]:
    return {zone.casefold(): zone for zone in zoneinfo.available_timezones()}


@cache
def _links() -> dict[str, str]:
    """Return each older name with the name that it stands for."""
    words = (line.split() for line in _read("tzdata.zi"))
    return {link[2]: link[1] for link in words if len(link) == 3 and link[0] == "L"}


def _read(name: str) -> list[str]:
    try:
        return resources.files("tzdata.zoneinfo").joinpath(name).read_text(encoding="utf-8").splitlines()
    except (OSError, ModuleNotFoundError):
        return []
