"""What the drivers' errors mean to us."""

from sqlite3 import Error as SqliteError

from sqlalchemy.exc import DBAPIError

_SIGNS_OF_A_BAD_DISK = ("readonly database", "disk is full", "disk I/O error", "unable to open database file")


def is_locked(error: SqliteError) -> bool:
    """Tell whether somebody else has the lock."""
    return "locked" in str(error)


def is_of_a_bad_disk(error: BaseException | None) -> bool:
    """Tell whether SQLite's disk takes nothing now."""
    return isinstance(error, SqliteError) and any(sign in str(error) for sign in _SIGNS_OF_A_BAD_DISK)


def is_read_only(error: BaseException | None) -> bool:
    """Tell whether the server itself takes no writes now: a standby, or one that an administrator holds (SQLSTATE 25006)."""
    return getattr(error, "sqlstate", None) == "25006"


def is_of_another_version(error: DBAPIError) -> bool:
    """Tell whether a table or column is missing: the database was not migrated, or by another version (SQLSTATE 42P01, 42703)."""
    if isinstance(error.orig, SqliteError):
        return str(error.orig).startswith(("no such table", "no such column"))
    return getattr(error.orig, "sqlstate", None) in ("42P01", "42703")
