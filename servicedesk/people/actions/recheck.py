"""Ask the directory again about people who are signed in: a disabled account loses its sessions (security.md L3)."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from servicedesk import database
from servicedesk.database import db, now
from servicedesk.directory.entries import DirectoryPerson
from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.directory.ldap_directory import LdapDirectory
from servicedesk.people import queries, sessions
from servicedesk.people.actions.accounts import ByRole, deactivate, take_over
from servicedesk.people.models import Person

# The job runs every few minutes; nobody's state is then older than 15 minutes while the directory answers.
RECHECK_AFTER = timedelta(minutes=8)
_log = logging.getLogger("servicedesk.people")
Answer = tuple[int, DirectoryPerson | None]


@dataclass(frozen=True)
class Recheck:
    """What a round of questions found. `is_complete` is False when the directory stopped answering."""

    confirmed: int
    shut_out: int
    is_complete: bool


def recheck_live_accounts(
    directory: LdapDirectory, *, by_role: ByRole, older_than: timedelta = RECHECK_AFTER
) -> Recheck:
    """Refresh roles and groups of everybody who is signed in and was not asked about lately; end what must end.

    No transaction is open while the directory is asked, so call it with nothing unsaved. The caller commits.
    """
    database.start_reading()
    accounts = queries.list_accounts_to_recheck(checked_before=now() - older_than)
    database.start_writing()
    answers = _ask(directory, accounts)
    shut_out = sum(not _apply(person_id, found, by_role) for person_id, found in answers)
    return Recheck(len(answers) - shut_out, shut_out, is_complete=len(answers) == len(accounts))


def _ask(directory: LdapDirectory, accounts: Sequence[tuple[int, str]]) -> list[Answer]:
    answers: list[Answer] = []
    for person_id, key in accounts:
        try:
            answers.append((person_id, directory.find_person(key)))
        except DirectoryUnavailableError:
            # Silence says nothing about an account. Its age grows, and sessions end by themselves when it is too old.
            _log.warning("The directory could not be asked about %d people", len(accounts) - len(answers))
            break
    return answers


def _apply(person_id: int, found: DirectoryPerson | None, by_role: ByRole) -> bool:
    """Bring one person up to date; tell whether they may stay signed in."""
    if found is not None and found.account == "enabled":
        take_over(found, by_role)
        return True
    person = db.session.scalars(select(Person).where(Person.id == person_id)).one()
    person.state_checked_at = now()
    if found is not None and found.account == "locked":
        # A lock after wrong guesses passes; the person still works here.
        sessions.end_all([person_id])
    else:
        deactivate(person, now())
    _log.info(
        "Sessions ended: the directory does not let the account in", extra={"fields": {"person": person_id}}
    )
    return False
