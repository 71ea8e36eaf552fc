"""Pure decisions about people: what an audience means for somebody."""

from collections.abc import Collection

EVERYONE = "everyone"
STAFF = "staff"
GROUP_PREFIX = "group:"
ROLES = ("agent", "editor", "admin")


def audiences_of(*, roles: Collection[str], groups: Collection[str]) -> tuple[str, ...]:
    """Return the audiences somebody belongs to; an article is readable when its audience is among them."""
    staff = (STAFF,) if roles else ()
    return (EVERYONE, *staff, *(f"{GROUP_PREFIX}{name}" for name in sorted(groups)))


def roles_from_groups(groups: Collection[str], by_role: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the roles that a person's directory groups give, in the order of ROLES."""
    return [role for role in ROLES if set(by_role.get(role, ())) & set(groups)]
