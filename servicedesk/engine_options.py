"""How the application connects to its database."""

from typing import Any

from sqlalchemy import make_url

_LONGEST_CONNECTION_S = 3600
# A host that lost its power answers nothing, not even that it is gone: the system would wait a quarter of an hour for it, and
# each thread with it. libpq's names; what the address says goes before.
_GIVE_UP = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
# The same for the server: locks of a machine that is gone keep everybody waiting.
_SERVER_GIVES_UP = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


def engine_options(database_url: str) -> dict[str, Any]:
    """Return what SQLAlchemy makes its engine with."""
    # An error of the database would else carry what somebody typed into the log.
    # SQLite reads the statistics that indexes are chosen by when a connection opens, so none stays open for days.
    options: dict[str, Any] = {"hide_parameters": True, "pool_recycle": _LONGEST_CONNECTION_S}
    if database_url.startswith("postgresql"):
        given = make_url(database_url).query
        wanted = {**_GIVE_UP, "options": _SERVER_GIVES_UP}
        options["connect_args"] = {name: value for name, value in wanted.items() if name not in given}
        # PostgreSQL was restarted meanwhile: that is found out before anybody's words depend on it.
        options["pool_pre_ping"] = True
    return options
