"""Pure decisions about people: audiences, roles, how long a session lives, how old a confirmed account may be."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

EVERYONE = "everyone"
STAFF = "staff"
GROUP_PREFIX = "group:"
LONGEST_GROUP_NAME = 150
ROLES = ("agent", "editor", "admin")
# security.md S2: an absolute end, and an end when nobody used it.
ABSOLUTE_LIFETIME = timedelta(hours=12)
IDLE_LIFETIME = timedelta(minutes=60)
# security.md L3: how long the directory's last word on an account counts while it cannot be asked.
LONGEST_UNCONFIRMED = timedelta(hours=8)
LONGEST_UNCONFIRMED_CHANGES = timedelta(minutes=60)
# How long it counts for mail to staff and of what not everybody may read; who is not signed in is asked about sooner.
LONGEST_UNCONFIRMED_READERS = timedelta(hours=24)
QUIET_FOR = timedelta(hours=20)
# A time that is further ahead was written by a clock that was wrong, and is no time at which anything happened.
MOST_AHEAD = timedelta(minutes=5)
# What is said of more of them at once is hardly true, and needs somebody to look (setting PEOPLE_DISABLE_LIMIT).
SUDDEN_SHARE = 0.05
_FEWEST_SUDDEN = 3
# States of an account that end sessions, and in which its person still works here.
PASSING_STATES = frozenset({"locked", "must-change"})
# What admins are told about (SecurityEvent.kind).
BREAK_GLASS_MADE = "break_glass_made"
BREAK_GLASS_USED = "break_glass_used"
BREAK_GLASS_REFUSED = "break_glass_refused"
ROLES_CHANGED = "roles_changed"
ACCOUNT_CLOSED = "account_closed"
ACCOUNT_OPENED = "account_opened"
# Its detail is the article's number.
ARTICLE_WIDENED = "article-audience-widened"
# Their detail begins with the team's key.
TEAM_CHANGED = "team_changed"
TEAM_JOINED = "team_joined"
TEAM_LEFT = "team_left"
LEAD_NAMED = "lead_named"
LEAD_REMOVED = "lead_removed"
CATEGORY_MOVED = "category_moved"
# Their detail begins with what the sync is undone by.
PEOPLE_SYNCED = "people_synced"
SYNC_UNDONE = "sync_undone"
# How long every admin sees on every page that the break-glass account was used.
BREAK_GLASS_SHOWN_FOR = timedelta(days=7)
_MARKING = "abcdefghjkmnpqrstuvwxyz23456789"


def audiences_of(*, roles: Collection[str], groups: Collection[str]) -> tuple[str, ...]:
    """Return the audiences somebody belongs to; an article is readable when its audience is among them."""
    staff = (STAFF,) if known_roles(roles) else ()
    # No article can be for a group whose name is longer.
    names = sorted(name for name in groups if len(name) <= LONGEST_GROUP_NAME)
    return (EVERYONE, *staff, *(f"{GROUP_PREFIX}{name}" for name in names))


def known_roles(roles: object) -> list[str]:
    """Return the roles that mean something here: one of another version gives nothing."""
    return [role for role in ROLES if role in roles] if isinstance(roles, list) else []


def roles_from_groups(groups: Collection[str], by_role: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the roles that a person's directory groups give, in the order of ROLES."""
    return [role for role in ROLES if set(by_role.get(role, ())) & set(groups)]


def change_of_roles(before: Collection[str], after: Collection[str]) -> str:
    """Write a change of roles in one line, for the list of security events."""
    return f"{', '.join(before) or 'employee'} → {', '.join(after) or 'employee'}"


def is_live(*, last_used_at: datetime, expires_at: datetime, at: datetime) -> bool:
    """Tell whether a web session is neither idle for too long nor at its absolute end.

    One that began at a time to come, by a clock that was wrong, would else live until then. One that only was used by it
    lives on; its next use is by the clock of now.
    """
    is_before_end = at < expires_at <= at + ABSOLUTE_LIFETIME + MOST_AHEAD
    return is_before_end and abs(at - last_used_at) < IDLE_LIFETIME


def is_confirmed(state_checked_at: datetime, *, at: datetime) -> bool:
    """Tell whether the directory's last word on the account is recent enough to stay signed in.

    A time to come was written by a clock that was wrong, and confirms nothing.
    """
    return _is_within(LONGEST_UNCONFIRMED, state_checked_at, at=at)


def may_change_things(roles: Collection[str], state_checked_at: datetime, *, at: datetime) -> bool:
    """Tell whether the directory's last word is recent enough for changes; for staff it must be younger than for others."""
    return not roles or _is_within(LONGEST_UNCONFIRMED_CHANGES, state_checked_at, at=at)


def new_mark() -> str:
    """Return four letters and digits that nobody takes for another."""
    return "".join(secrets.choice(_MARKING) for _ in range(4))


def may_read_mail(state_checked_at: datetime, *, at: datetime) -> bool:
    """Tell whether the directory's last word is recent enough for mail that is only for who still works here, and there."""
    return _is_within(LONGEST_UNCONFIRMED_READERS, state_checked_at, at=at)


def is_overtaken(asked_at: datetime, *, by: datetime, at: datetime) -> bool:
    """Tell whether something known of a person is from a later question than this; a time to come was never asked at."""
    return asked_at < by <= at + MOST_AHEAD


def is_sudden(count: int, total: int, *, share: float) -> bool:
    """Tell whether a loss hits so many of those asked about at once that the directory is more likely to be wrong."""
    return (count > 1 and count == total) or (count >= _FEWEST_SUDDEN and count > total * share)


def _is_within(longest: timedelta, since: datetime, *, at: datetime) -> bool:
    return -MOST_AHEAD <= at - since < longest
