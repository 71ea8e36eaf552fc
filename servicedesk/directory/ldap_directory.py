"""People of the company directory: may this one log in, who is it, who is there."""

import logging
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from servicedesk.directory.bulkhead import Bulkhead
from servicedesk.directory.entries import DirectoryPerson, Schema, Unreadable
from servicedesk.directory.errors import (
    AnswerUnusableError,
    DirectoryUnavailableError,
    ServerFailedError,
    UnusableAnswerError,
)
from servicedesk.directory.factory import Deadline
from servicedesk.directory.group_map import GroupMap
from servicedesk.directory.group_names import NamedGroup
from servicedesk.directory.groups import GroupFinder
from servicedesk.directory.names import dn_key, login_name, name_key, password_bytes
from servicedesk.directory.servers import ServerOrder
from servicedesk.directory.session import Entry, Session
from servicedesk.directory.settings import DirectoryServer, DirectorySettings

_LOG = logging.getLogger(__name__)
_MOST_PEOPLE = 200_000
_MOST_NAMESAKES = 20

T = TypeVar("T")
Work = Callable[[Session, DirectoryServer, Deadline], T]


@dataclass(frozen=True)
class LogIn:
    """What came of a log-in: `key` is whose password was tried, right or wrong, None for nobody's.

    `must_change`: the password was right, and lets nobody in before it is changed.
    """

    person: DirectoryPerson | None
    key: str | None
    must_change: bool = False


class LdapDirectory:
    """The company directory. One for all threads of a process; it keeps no connection between questions."""

    def __init__(self, settings: DirectorySettings) -> None:
        """Keep the settings; nothing is asked yet."""
        self._settings = settings
        self._schema = Schema(
            is_active_directory=settings.is_active_directory, people_filter=settings.people_filter
        )
        self._order = ServerOrder(settings.servers)
        self._bulkhead = Bulkhead(settings.total_timeout_s)

    def check_password(self, name: str, password: str) -> DirectoryPerson | None:
        """Return the person when name and password are right and the account may be used, else None."""
        return self.try_password(name, password).person

    def try_password(self, name: str, password: str) -> LogIn:
        """Say who it is when name and password are right and the account may be used, and whose password was tried.

        All reasons against it take the same way: one search, one bind. Raises DirectoryUnavailableError when no
        server can say.
        """
        asked, octets = login_name(name), password_bytes(password)
        if asked is None or octets is None:
            return LogIn(None, None)
        return self._ask(
            lambda session, server, deadline: self._log_in(session, server, deadline, (asked, octets))
        )

    def find_person(self, key: str) -> DirectoryPerson | None:
        """Return the person with this key as they are now, in whatever state; None when there is none."""
        text = self._schema.filter_key(key)
        if text is None:
            return None
        return self._ask(lambda session, _server, _deadline: self._find(session, text))

    def finds_anybody(self) -> bool:
        """Tell whether the directory shows the desk any person at all. Raises DirectoryUnavailableError."""
        return self._ask(lambda session, _server, _deadline: self._shows_somebody(session))

    def find_by_name(self, name: str) -> list[DirectoryPerson]:
        """Return whoever may log in by this name, in whatever state: none, one, or several who then cannot."""
        asked = login_name(name)
        return self._ask(lambda session, _server, _deadline: self._named(session, asked)) if asked else []

    def list_people(self, skipped: Callable[[Unreadable], object] | None = None) -> Iterator[DirectoryPerson]:
        """Yield everybody, and hand entries that describe nobody to `skipped`.

        Raises DirectoryUnavailableError, in the middle too, when a server fails.
        """
        deadline = Deadline(self._settings.list_timeout_s)
        failures: list[str] = []
        for server in self._order.to_try():
            try:
                with self._open(server, deadline) as session:
                    groups = GroupMap(session, self._settings)
                    _log_passed_over(failures)
                    yield from self._pages(session, groups, skipped or _log_skipped)
                    return
            except ServerFailedError as error:
                self._order.failed(server)
                reason = f"{server.url}: {error.reason}"
                if isinstance(error, _BrokeOffError):
                    raise _unavailable([reason]) from error
                failures.append(reason)
        raise _unavailable(failures)

    def named_groups(self) -> list[NamedGroup]:
        """Say which groups the directory has for each that GROUPS names. Raises DirectoryUnavailableError."""
        return self._ask(lambda session, _server, _deadline: GroupFinder(session, self._settings).named())

    def check_at_start(self) -> None:
        """Refuse a directory that takes an empty password for a log-in, unless that was acknowledged (L2).

        Raises ValueError with what to do; DirectoryUnavailableError when nobody answers.
        """
        if not self._settings.bind_password:
            raise ValueError("Set the password of the account with which the desk reads the directory.")
        if self._ask(self._takes_empty_password) and not self._settings.allow_empty_bind:
            raise ValueError(
                "The directory answers a log-in with an empty password with success. Switch unauthenticated "
                "binds off there (OpenLDAP: leave out 'allow bind_anon_dn'; Active Directory: "
                "DenyUnauthenticatedBind), or acknowledge it in the settings."
            )

    def _ask(self, work: Work[T]) -> T:
        outcome = self._bulkhead.run(
            lambda deadline: self._first_answer(work, deadline), is_down=self._order.is_down
        )
        if not outcome.answer:
            raise _unavailable(outcome.failures, is_answered=outcome.is_answered)
        _log_passed_over(outcome.failures)
        return outcome.answer[0]

    def _first_answer(self, work: Work[T], deadline: Deadline) -> "_Outcome[T]":
        failures: list[str] = []
        is_answered = False
        for server in self._order.to_try():
            try:
                with self._open(server, deadline) as session:
                    answer = work(session, server, deadline)
            except UnusableAnswerError as error:
                # It says nothing about the server: other questions go on to be asked there.
                is_answered = True
                failures.append(f"{server.url}: {error.reason}")
            except ServerFailedError as error:
                self._order.failed(server)
                failures.append(f"{server.url}: {error.reason}")
            else:
                self._order.answered(server)
                return _Outcome((answer,), failures, is_answered=True)
        return _Outcome((), failures, is_answered=is_answered)

    def _open(self, server: DirectoryServer, deadline: Deadline) -> Session:
        session = Session(self._settings, server, deadline)
        try:
            bound = session.bind(self._settings.bind_dn, self._settings.bind_password.encode("utf-8"))
            if bound == "let-in":
                return session
        except ServerFailedError:
            session.close()
            raise
        session.close()
        raise ServerFailedError("the directory refuses the desk's own account: check its DN and password")

    def _log_in(
        self, session: Session, server: DirectoryServer, deadline: Deadline, credentials: tuple[str, bytes]
    ) -> LogIn:
        name, password = credentials
        base, text = self._settings.people_base, self._schema.filter_name(name)
        entries = session.search(base, text, self._schema.attributes, limit=_MOST_PEOPLE)
        entry = entries[0] if len(entries) == 1 else None
        # Nobody or several: bind all the same, as nobody, so that the answer takes as long (S5).
        dn = entry.dn if entry else f"cn={secrets.token_hex(8)},{base}"
        with Session(self._settings, server, deadline) as own:
            bound = own.bind(dn, password)
            key = self._schema.key(entry) if entry else None
            if bound != "let-in" or entry is None or not self._may_be_used(entry):
                is_right = bound == "must-change" or (bound == "let-in" and self._must_change(entry))
                return LogIn(None, key, must_change=is_right)
            if not self._is_who_it_says(own, entry):
                raise ServerFailedError("the directory accepted a password but does not say whose it is")
        return LogIn(self._person(session, entry), key)

    def _may_be_used(self, entry: Entry) -> bool:
        """Decide after a bind that succeeded: the directory then has lifted a lock that guesses had set."""
        account = self._schema.account(entry)
        was_locked_by_guesses = account == "locked" and entry.text("pwdAccountLockedTime") is not None
        return account == "enabled" or was_locked_by_guesses

    def _must_change(self, entry: Entry | None) -> bool:
        return entry is not None and self._schema.account(entry) == "must-change"

    def _is_who_it_says(self, own: Session, entry: Entry) -> bool:
        """Ask the server whom it took us for; where it cannot say, read the own entry as that person (L2)."""
        identity = own.who_am_i()
        if identity is None or not identity.startswith(("dn:", "u:")):
            seen = own.read(entry.dn, self._schema.attributes) if identity is None else None
            return seen is not None and self._schema.key(seen) == self._schema.key(entry) is not None
        kind, _, who = identity.partition(":")
        if kind == "dn":
            return dn_key(who) == dn_key(entry.dn)
        user_name = self._schema.user_name(entry) or ""
        return name_key(who.rpartition("\\")[2].partition("@")[0]) == name_key(user_name) != ""

    def _find(self, session: Session, text: str) -> DirectoryPerson | None:
        entries = session.search(self._settings.people_base, text, self._schema.attributes, limit=1)
        if not entries:
            return None
        person = self._person(session, entries[0])
        if person is None:
            # Somebody is there: not to be taken for somebody who is gone.
            raise UnusableAnswerError(self._schema.unreadable(entries[0]).reason)
        return person

    def _shows_somebody(self, session: Session) -> bool:
        base, text = self._settings.people_base, self._schema.filter_everybody()
        found = session.pages(base, text, self._schema.attributes, page_size=1, limit=_MOST_PEOPLE)
        return next(found, None) is not None

    def _named(self, session: Session, name: str) -> list[DirectoryPerson]:
        base, text = self._settings.people_base, self._schema.filter_name(name)
        found = session.search(base, text, self._schema.attributes, limit=_MOST_NAMESAKES)
        people = [self._person(session, entry) for entry in found]
        return [person for person in people if person is not None]

    def _person(self, session: Session, entry: Entry) -> DirectoryPerson | None:
        return self._schema.person(entry, GroupFinder(session, self._settings).groups_of(entry))

    def _pages(
        self, session: Session, groups: GroupMap, skipped: Callable[[Unreadable], object]
    ) -> Iterator[DirectoryPerson]:
        settings, schema = self._settings, self._schema
        size = settings.page_size
        try:
            for entry in session.pages(
                settings.people_base,
                schema.filter_everybody(),
                schema.attributes,
                page_size=size,
                limit=_MOST_PEOPLE,
            ):
                person = schema.person(entry, groups.groups_of(entry))
                if person is None:
                    skipped(schema.unreadable(entry))
                else:
                    yield person
        except ServerFailedError as error:
            raise _BrokeOffError(error.reason) from error

    def _takes_empty_password(self, _session: Session, server: DirectoryServer, deadline: Deadline) -> bool:
        with Session(self._settings, server, deadline) as session:
            return session.accepts_empty_password(self._settings.bind_dn)


@dataclass(frozen=True)
class _Outcome(Generic[T]):
    """The first answer, in a tuple because None is an answer too, and what failed before it."""

    answer: tuple[T] | tuple[()]
    failures: list[str]
    is_answered: bool


class _BrokeOffError(ServerFailedError):
    """Some people were handed out already: another server would hand them out again."""


def _log_skipped(entry: Unreadable) -> None:
    _LOG.warning("An entry of the directory describes nobody: %s: %s", entry.dn, entry.reason)


def _log_passed_over(failures: list[str]) -> None:
    if failures:
        _LOG.warning("Directory servers failed, the next one answered: %s", "; ".join(failures))


def _unavailable(failures: list[str], *, is_answered: bool = False) -> DirectoryUnavailableError:
    if is_answered:
        _LOG.error("The directory's answer to a question cannot be used: %s", "; ".join(failures))
        return AnswerUnusableError()
    _LOG.error("The directory is unavailable: %s", "; ".join(failures))
    return DirectoryUnavailableError()
