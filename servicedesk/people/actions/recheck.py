"""Ask the directory again about people: who is signed in, who is staff, whom mail waits for (security.md L3).

Three answers say nothing about a person, and change nothing: silence, an answer that cannot be used, and one that says
the same bad thing about many at once, as a directory does whose reader lost its rights. The age of what was last
confirmed then grows: sessions end by themselves when it is too old, and mail for staff waits.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic

from sqlalchemy import SelectBase, update

from servicedesk import database
from servicedesk.database import db, now
from servicedesk.directory.errors import AnswerUnusableError, DirectoryUnavailableError
from servicedesk.directory.ldap_directory import LdapDirectory
from servicedesk.people import queries, rules
from servicedesk.people.actions.accounts import ByRole
from servicedesk.people.actions.answers import Answer, Answers, apply_all, confirm_unchanged
from servicedesk.people.models import Person
from servicedesk.portions import portions

# The job runs every few minutes; nobody's state is then older than 15 minutes while the directory answers.
RECHECK_AFTER = timedelta(minutes=8)
_MOST_QUIET = 500
_MOST_SILENT_IN_A_ROW = 3
# Of a slow directory there is something to write after so long; the next round goes on with whoever waits longest.
_LONGEST_ASKING_S = 120.0
_AT_ONCE = 500
_WRITTEN_AT_ONCE = 20
_log = logging.getLogger("servicedesk.people")
_STILL_THERE = rules.PASSING_STATES | {"enabled"}
Accounts = Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Recheck:
    """What a round of questions found. `is_complete` is False when somebody could not be asked about.

    `doubtful` is of how many people the directory suddenly says what it would hardly say of so many.
    """

    confirmed: int
    shut_out: int
    is_complete: bool
    doubtful: int = 0


def recheck_live_accounts(
    directory: LdapDirectory,
    *,
    by_role: ByRole,
    older_than: timedelta = RECHECK_AFTER,
    sudden_share: float = rules.SUDDEN_SHARE,
) -> Iterator[Recheck]:
    """Refresh roles and groups of everybody who is signed in and was not asked about lately; end what must end.

    Yields what came of it so far, each time there is something to commit; the last is the whole. No transaction is open
    while the directory is asked, so call it with nothing unsaved.
    """
    database.start_reading()
    accounts = queries.list_accounts_to_recheck(checked_before=now() - older_than)
    return _recheck(directory, accounts, by_role, sudden_share)


def recheck_quiet_accounts(
    directory: LdapDirectory,
    *,
    by_role: ByRole,
    among: SelectBase,
    sudden_share: float = rules.SUDDEN_SHARE,
) -> Iterator[Recheck]:
    """Do the same for staff and those `among` whom nobody has asked about for most of a day, signed in or not.

    At most some hundred in one round, those first who wait longest.
    """
    database.start_reading()
    before = now() - rules.QUIET_FOR
    accounts = queries.list_quiet_accounts(checked_before=before, among=among, limit=_MOST_QUIET)
    return _recheck(directory, accounts, by_role, sudden_share)


def _recheck(
    directory: LdapDirectory, accounts: Accounts, by_role: ByRole, sudden_share: float
) -> Iterator[Recheck]:
    had = queries.list_rights([person_id for person_id, _key in accounts])
    database.start_writing()
    answers, asked = _ask(directory, accounts)
    doubtful = _doubtful(directory, answers, had, by_role, sudden_share)
    _note_asked([one for one in asked if one not in answers or one in doubtful])
    done = Recheck(0, 0, is_complete=len(answers) == len(accounts), doubtful=len(doubtful))
    yield done
    for some in portions(sorted(answers.keys() - doubtful), of=_WRITTEN_AT_ONCE):
        database.start_writing()
        outcomes = apply_all({person_id: answers[person_id] for person_id in some}, by_role)
        done = replace(
            done,
            confirmed=done.confirmed + outcomes.count(True),
            shut_out=done.shut_out + outcomes.count(False),
            is_complete=done.is_complete and None not in outcomes,
        )
        yield done


def confirm_now(directory: LdapDirectory, person: Person, *, by_role: ByRole) -> bool:
    """Ask about one person at once whose last check looks old, and tell whether all is as it was then.

    Whatever else is answered waits for a round, which can tell a directory that is wrong about many. The transaction that is
    open ends; the caller commits the next.
    """
    person_id, key = person.id, person.directory_key
    db.session.rollback()
    answers, asked = _ask(directory, [(person_id, key)] if key else [])
    database.start_writing()
    is_confirmed = bool(confirm_unchanged(answers, by_role))
    _note_asked([] if is_confirmed else asked)
    return is_confirmed


def _ask(directory: LdapDirectory, accounts: Accounts) -> tuple[Answers, list[int]]:
    """Return the answers, and whom they were asked about: who gave none, or was not asked, is of the next round."""
    ends_at = monotonic() + _LONGEST_ASKING_S
    answers: dict[int, Answer] = {}
    asked: list[int] = []
    silent_in_a_row = 0
    for person_id, key in accounts:
        asked.append(person_id)
        asked_at = now()
        try:
            answers[person_id] = Answer(directory.find_person(key), asked_at)
        except AnswerUnusableError:
            silent_in_a_row = 0
        except DirectoryUnavailableError:
            silent_in_a_row += 1
        else:
            silent_in_a_row = 0
        if silent_in_a_row == _MOST_SILENT_IN_A_ROW or monotonic() > ends_at:
            break
    if len(answers) < len(accounts):
        unasked = sorted(person_id for person_id, _key in accounts if person_id not in answers)
        fields = {"people": unasked[:50]}
        _log.warning("The directory could not answer for %d people", len(unasked), extra={"fields": fields})
    return answers, asked


def _note_asked(person_ids: Sequence[int]) -> None:
    at = now()
    for start in range(0, len(person_ids), _AT_ONCE):
        some = update(Person).where(Person.id.in_(person_ids[start : start + _AT_ONCE]))
        db.session.execute(some.values(state_asked_at=at), execution_options={"synchronize_session": False})


def _doubtful(
    directory: LdapDirectory, answers: Answers, had: queries.Rights, by_role: ByRole, sudden_share: float
) -> set[int]:
    """Return about whom the directory says what it would hardly say of so many at once."""
    people = {one: answer.found for one, answer in answers.items()}
    absent = {one for one, person in people.items() if person is None or person.account == "unknown"}
    found = {one: person for one, person in people.items() if person and person.account in _STILL_THERE}
    staff = {one for one in found if had[one].roles}
    in_groups = {one for one in found if had[one].groups}
    without_roles = {one for one in staff if not rules.roles_from_groups(found[one].groups, by_role)}
    without_groups = {one for one in in_groups if not found[one].groups}
    doubtful: set[int] = set()
    for words, some, of in (
        ("does not find", absent, set(answers)),
        ("takes all roles from", without_roles, staff),
        ("takes all groups from", without_groups, in_groups),
    ):
        is_sudden = rules.is_sudden(len(some), len(of), share=sudden_share)
        if is_sudden or (some and some is absent and not _finds_anybody(directory)):
            _log.error(
                "The directory suddenly %s %d of %d people: nothing is changed for them. "
                "Check the desk's account there, and the bases in the settings",
                *(words, len(some), len(of)),
            )
            doubtful |= some
    return doubtful


def _finds_anybody(directory: LdapDirectory) -> bool:
    try:
        return directory.finds_anybody()
    except DirectoryUnavailableError:
        return False
