"""Settings that would not work or would leak are refused with what to do (security.md L5)."""

from pathlib import Path

import pytest

from servicedesk.directory.settings import DirectoryServer, DirectorySettings

GOOD: dict[str, object] = {
    "urls": ("ldaps://dc1.example.com",),
    "kind": "openldap",
    "bind_dn": "cn=desk,dc=example,dc=com",
    "bind_password": "s3cret-of-desk",
    "people_base": "ou=people,dc=example,dc=com",
    "groups_base": "ou=groups,dc=example,dc=com",
}


def settings(**changes: object) -> DirectorySettings:
    return DirectorySettings(**(GOOD | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"urls": ()}, "at least one"),
        ({"urls": ("http://dc1",)}, "ldaps://"),
        ({"urls": ("dc1",)}, "ldaps://"),
        ({"urls": ("ldaps://",)}, "ldaps://"),
        ({"urls": ("ldaps://dc1:port",)}, "port"),
        ({"urls": ("ldaps://dc1:70000",)}, "port"),
        ({"urls": ("ldaps://user@dc1",)}, "nothing else"),
        ({"urls": ("ldaps://dc1/dc=example",)}, "nothing else"),
        ({"urls": ("ldap://dc1",)}, "in clear"),
        ({"urls": ("ldaps://dc1", "ldap://dc2:389")}, "in clear"),
        ({"urls": ("ldap://127.0.0.1.example.com",)}, "in clear"),
        ({"urls": ("ldaps://dc1",), "start_tls": True}, "StartTLS"),
        ({"kind": "novell"}, "active-directory or openldap"),
        ({"people_base": "people"}, "people DN"),
        ({"people_filter": "employeeType=internal"}, "parentheses"),
        ({"people_filter": "(a=b))(c=d"}, "parentheses"),
        ({"ca_certs_file": Path("/nowhere/ca.pem")}, "not there"),
        ({"page_size": 0}, "page_size"),
        ({"total_timeout_s": -1}, "total_timeout_s"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        settings(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"urls": ("ldap://127.0.0.1:3890",)},
        {"urls": ("ldap://localhost", "ldap://[::1]:389")},
        {"urls": ("ldap://dc1",), "start_tls": True},
        {"urls": ("ldap://dc1",), "allow_insecure": True},
        {"people_filter": "(&(a=b)(!(c=d)))"},
    ],
)
def test_encrypted_or_local_or_acknowledged_is_accepted(changes: dict[str, object]) -> None:
    settings(**changes)


def test_the_password_is_in_no_printed_form() -> None:
    assert "s3cret-of-desk" not in repr(settings()) + str(settings())


def test_ports_are_those_of_the_scheme_unless_written() -> None:
    servers = settings(urls=("ldaps://dc1", "ldaps://dc2:3269"), start_tls=False).servers
    assert [(server.host, server.port, server.is_ldaps) for server in servers] == [
        ("dc1", 636, True),
        ("dc2", 3269, True),
    ]
    assert DirectoryServer.from_url("ldap://[fe80::1]").port == 389
