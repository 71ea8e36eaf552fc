"""A small real LDAP server on loopback for trying the product out and for developing. Not for production.

`python -m servicedesk.directory.demo_server --port 3890 --people people.json` serves what the file says:

    {"base": "dc=example,dc=com",
     "desk": {"dn": "cn=desk,dc=example,dc=com", "password": "..."},
     "people": [{"user_name": "ewa", "password": "...", "name": "Ewa Nowak", "uuid": "7d5c...",
                 "mail": "...", "department": "...", "telephone": "...", "language": "pl",
                 "manager": "adam", "locked": false}],
     "groups": [{"name": "IT staff", "members": ["anna"], "groups": ["Service desk"]}]}

A person needs user_name, password, name and uuid. People stand under ou=people; groups, which may hold groups,
under ou=groups. Whoever is bound may read, nobody may write, an empty password is refused.
"""

import argparse
import hmac
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ldaptor.inmemory import ReadOnlyInMemoryLDAPEntry
from ldaptor.protocols import pureldap
from ldaptor.protocols.ldap import ldaperrors
from ldaptor.protocols.ldap.distinguishedname import DistinguishedName
from ldaptor.protocols.ldap.ldapserver import BaseLDAPServer
from twisted.internet import protocol, reactor

from servicedesk.directory.names import dn_key, dn_value
from servicedesk.web import log_lines

# Not by the module's name, which is another one when it is run.
_log = logging.getLogger("servicedesk.directory.demo_server")
_WHO_AM_I = b"1.3.6.1.4.1.4203.1.11.3"
_PAGES = b"1.2.840.113556.1.4.319"

_Attributes = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Tree:
    """All entries, each with the key of its DN, and the password of each DN that has one."""

    entries: Sequence[tuple[str, Any]]
    passwords: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> "Tree":
        """Read the file that the module's docstring describes."""
        data = json.loads(path.read_text(encoding="utf-8"))
        base = data["base"]
        names = [person["user_name"] for person in data["people"]]
        people = {name: _dn(f"uid={dn_value(name)},ou=people,{base}") for name in names}
        groups = {
            group["name"]: _dn(f"cn={dn_value(group['name'])},ou=groups,{base}") for group in data["groups"]
        }
        units = [
            _entry(f"ou={name},{base}", {"objectClass": ["organizationalUnit"], "ou": [name]})
            for name in ("people", "groups")
        ]
        entries = [
            *units,
            *(_entry(people[person["user_name"]], _person(person, people)) for person in data["people"]),
            *(_entry(groups[group["name"]], _group(group, people, groups)) for group in data["groups"]),
        ]
        passwords = {people[person["user_name"]]: person["password"] for person in data["people"]}
        passwords[data["desk"]["dn"]] = data["desk"]["password"]
        keyed = [(dn_key(entry.dn.getText()), entry) for entry in entries]
        return cls(keyed, {dn_key(dn): password for dn, password in passwords.items()})


def _dn(dn: str) -> str:
    """Return the DN as ldaptor writes it: it compares members letter by letter."""
    text: str = DistinguishedName(dn).getText()
    return text


def _entry(dn: str, attributes: _Attributes) -> Any:
    octets = {
        name: [value.encode("utf-8") for value in values if value] for name, values in attributes.items()
    }
    return ReadOnlyInMemoryLDAPEntry(dn, {name.encode(): values for name, values in octets.items() if values})


def _person(person: Mapping[str, Any], people: Mapping[str, str]) -> _Attributes:
    return {
        "objectClass": ["top", "person", "organizationalPerson", "inetOrgPerson"],
        "uid": [person["user_name"]],
        "cn": [person["name"]],
        "sn": [person["name"].split()[-1]],
        "displayName": [person["name"]],
        "entryUUID": [person["uuid"]],
        "mail": [person.get("mail")],
        "departmentNumber": [person.get("department")],
        "telephoneNumber": [person.get("telephone")],
        "preferredLanguage": [person.get("language")],
        "manager": [people.get(person.get("manager", ""))],
        "pwdAccountLockedTime": ["000001010000Z" if person.get("locked") else None],
    }


def _group(group: Mapping[str, Any], people: Mapping[str, str], groups: Mapping[str, str]) -> _Attributes:
    people_in_it = [people[name] for name in group.get("members", ())]
    groups_in_it = [groups[name] for name in group.get("groups", ())]
    return {
        "objectClass": ["top", "groupOfNames"],
        "cn": [group["name"]],
        "member": [*people_in_it, *groups_in_it],
    }


class _Server(BaseLDAPServer):  # type: ignore[misc]
    """One connection: bind, search, "who am I" and nothing else."""

    fail_LDAPBindRequest = pureldap.LDAPBindResponse  # noqa: N815
    fail_LDAPSearchRequest = pureldap.LDAPSearchResultDone  # noqa: N815

    def __init__(self, tree: Tree) -> None:
        super().__init__()
        self._tree = tree
        self._bound_as = ""

    def handle_LDAPBindRequest(self, request: Any, _controls: Any, _reply: Any) -> Any:  # noqa: N802 - ldaptor's name
        """Check the password; without one, only somebody without a name is let in, who may read nothing."""
        dn = request.dn.decode("utf-8")
        self._bound_as = ""
        if request.auth == b"" and dn:
            raise ldaperrors.LDAPUnwillingToPerform(b"A bind without a password is not allowed.")
        password = self._tree.passwords.get(dn_key(dn), "")
        if dn and not (password and hmac.compare_digest(password.encode("utf-8"), request.auth)):
            raise ldaperrors.LDAPInvalidCredentials
        self._bound_as = dn
        return pureldap.LDAPBindResponse(resultCode=0)

    def handle_LDAPUnbindRequest(self, _request: Any, _controls: Any, _reply: Any) -> None:  # noqa: N802
        """Hang up."""
        self.transport.loseConnection()

    def handle_LDAPExtendedRequest(self, request: Any, _controls: Any, _reply: Any) -> Any:  # noqa: N802
        """Say who is bound."""
        if request.requestName != _WHO_AM_I:
            return pureldap.LDAPExtendedResponse(resultCode=ldaperrors.LDAPProtocolError.resultCode)
        identity = f"dn:{self._bound_as}" if self._bound_as else ""
        return pureldap.LDAPExtendedResponse(resultCode=0, response=identity.encode("utf-8"))

    def handle_LDAPSearchRequest(self, request: Any, controls: Any, reply: Any) -> Any:  # noqa: N802
        """Answer with all matching entries; pages that are asked for come as one."""
        self.checkControls([control for control in controls or () if control[0] != _PAGES])
        if not self._bound_as:
            raise ldaperrors.LDAPInsufficientAccessRights
        base = dn_key(request.baseObject.decode("utf-8"))
        for key, entry in self._tree.entries:
            is_base = key == base
            is_below = request.scope != pureldap.LDAP_SCOPE_baseObject and key.endswith("\x1f" + base)
            if (is_base or is_below) and entry.match(request.filter):
                reply(_answer(entry, request.attributes))
        return pureldap.LDAPSearchResultDone(resultCode=0)


def _answer(entry: Any, attributes: Sequence[bytes]) -> Any:
    wanted = {name.lower() for name in attributes}
    takes_all = not wanted or b"*" in wanted
    found = [(name, values) for name, values in entry.items() if takes_all or name.lower() in wanted]
    return pureldap.LDAPSearchResultEntry(objectName=entry.dn.getText(), attributes=found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="Serve a small LDAP directory on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=3890, help="the port to listen on")
    parser.add_argument("--people", type=Path, required=True, help="a JSON file with people and groups")
    options = parser.parse_args(arguments)
    log_lines.set_up_process()
    tree = Tree.read(options.people)
    factory = protocol.ServerFactory.forProtocol(lambda: _Server(tree))
    running: Any = reactor
    running.listenTCP(options.port, factory, interface="127.0.0.1")
    _log.info("The demo directory listens on ldap://127.0.0.1:%s", options.port)
    running.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
