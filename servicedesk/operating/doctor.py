"""What only asking other machines can tell: the directory, and the mail server. It may take some seconds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from servicedesk.desk.rules import groups_by_team
from servicedesk.directory.entries import DirectoryPerson
from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.directory.ldap_directory import LdapDirectory
from servicedesk.errors import N_, UnavailableError
from servicedesk.mail.transport import check_server
from servicedesk.operating.rules import Finding, act, look, well
from servicedesk.people.rules import roles_from_groups

if TYPE_CHECKING:
    from config import Settings


def outside(settings: "Settings", directory: LdapDirectory) -> Iterator[Finding]:
    """Ask the directory and the mail server."""
    yield from _directory(directory)
    yield from _mail_server(settings)


def _directory(directory: LdapDirectory) -> Iterator[Finding]:
    try:
        directory.check_at_start()
        shows_somebody = directory.finds_anybody()
        groups = directory.named_groups()
    except ValueError as error:
        yield act("directory", str(error))
        return
    except DirectoryUnavailableError:
        yield act(
            "directory",
            N_("The directory gave no answer that can be used. The log line above says why; look at the settings LDAP_…."),
        )  # fmt: skip
        return
    if not shows_somebody:
        yield act(
            "directory",
            N_("The directory shows nobody. Look at LDAP_PEOPLE_BASE, LDAP_PEOPLE_FILTER and what the account may read."),
        )  # fmt: skip
    else:
        yield well("directory", N_("The directory answers, refuses empty passwords and shows people."))
    for group in groups:
        if group.is_ambiguous:
            yield act(
                "groups",
                N_("Several groups are called '%(group)s', so it gives nobody anything. Name it in GROUPS by its DN: %(dns)s"),
                group=group.text,
                dns=" or ".join(group.dns),
            )  # fmt: skip
        elif group.is_missing:
            yield act(
                "groups",
                N_("The directory has no group '%(group)s' below LDAP_GROUPS_BASE. Correct GROUPS."),
                group=group.text,
            )


def _mail_server(settings: "Settings") -> Iterator[Finding]:
    if not settings.mail.smtp_url:
        return
    try:
        check_server(settings.mail)
    except UnavailableError as error:
        yield act(
            "mail", N_("The mail server does not let us send (%(reason)s). Look at SMTP_URL."), reason=error
        )
    else:
        yield well("mail", N_("The mail server lets us send."))


def about_person(name: str, settings: "Settings", directory: LdapDirectory) -> Iterator[Finding]:
    """Say what somebody may be here, and why: account, groups, roles, teams. Raises DirectoryUnavailableError."""
    found = directory.find_by_name(name)
    if not found:
        yield act(
            "person",
            N_(
                "The directory shows nobody with the user name or address '%(asked)s' below LDAP_PEOPLE_BASE."
            ),
            asked=name,
        )
    if len(found) > 1:
        yield look(
            "person", N_("'%(asked)s' fits several people: they sign in with their user names."), asked=name
        )
    for person in found:
        yield from _about(person, settings)


def _about(person: DirectoryPerson, settings: "Settings") -> Iterator[Finding]:
    who = person.user_name
    if person.account == "enabled":
        yield well("person", N_("%(who)s can sign in with the directory's password."), who=who)
    else:
        yield act(
            "person",
            N_("%(who)s cannot sign in: the account is %(account)s."),
            who=who,
            account=person.account,
        )
    groups = ", ".join(sorted(person.groups)) or "-"
    yield well("person", N_("%(who)s is in the groups: %(groups)s"), who=who, groups=groups)
    for role in roles_from_groups(person.groups, settings.groups["roles"]) or ("employee",):
        matched = sorted(person.groups & set(settings.groups["roles"].get(role, ())))
        yield well(
            "person",
            N_("%(who)s is %(role)s, by: %(groups)s"),
            who=who,
            role=role,
            groups=", ".join(matched) or "-",
        )
    for team, named in groups_by_team(settings.groups).items():
        if matched := sorted(person.groups & set(named)):
            yield well(
                "person", N_("%(who)s works in the team %(team)s, by: %(groups)s"), who=who, team=team, groups=", ".join(matched)
            )  # fmt: skip
