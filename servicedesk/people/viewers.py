"""Who asks the database: a person known now, or anybody at all in a statement that is built once.

Building a statement takes longer than SQLite needs to answer it. What the pages of staff ask most is therefore built
once with `Anybody` in the place of the person, and executed with the values of the one who asks.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import BindParameter, Integer, String, bindparam

from servicedesk.people.models import Person


@dataclass(frozen=True)
class Anybody:
    """Stands in a statement for a person who is named when it is executed; the database refuses to guess one.

    Where conditions follow from roles, `roles` are those of everybody who will be named. Two in one statement need two
    names.
    """

    roles: frozenset[str] | None = None
    name: str = "person"

    @classmethod
    def like(cls, person: Person) -> "Anybody":
        """Return who stands for everybody with this person's roles."""
        return cls(frozenset(person.known_roles))

    @cached_property
    def id(self) -> BindParameter[int]:
        """The parameter for the person's id."""
        return bindparam(f"{self.name}_id", type_=Integer)

    @cached_property
    def audiences(self) -> BindParameter[Collection[str]]:
        """The parameter for the audiences that the person belongs to."""
        return bindparam(f"{self.name}_audiences", type_=String, expanding=True)

    def has_role(self, role: str) -> bool:
        """Tell whether everybody who will be named has a role. Raises ValueError when nobody said so."""
        if self.roles is None:
            raise ValueError("This statement depends on roles: build it for them.")
        return role in self.roles

    def is_(self, person: Person) -> dict[str, object]:
        """Return the values that make the statement this person's. Raises ValueError for somebody with other roles."""
        if self.roles is not None and self.roles != frozenset(person.known_roles):
            raise ValueError("The statement was built for people with other roles.")
        return {f"{self.name}_id": person.id, f"{self.name}_audiences": person.audiences}


Viewer = Person | Anybody
