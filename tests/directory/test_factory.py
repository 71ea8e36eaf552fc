"""ldap3 is used by its safe settings only: one module makes its objects (security.md F1)."""

import ast
from pathlib import Path

import servicedesk

ROOT = Path(servicedesk.__file__).parent
FACTORY = ROOT / "directory" / "factory.py"
_MAKERS = {"Server", "ServerPool", "Connection", "Tls"}


def _uses(path: Path) -> set[str]:
    """Return which of ldap3's makers a module names, however it imported them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ldap3":
            found |= {name.name for name in node.names} & (_MAKERS | {"*"})
        if isinstance(node, ast.Attribute) and node.attr in _MAKERS and "ldap3" in ast.dump(node.value):
            found.add(node.attr)
    return found


def test_only_the_factory_makes_servers_connections_and_tls() -> None:
    users = {path: uses for path in ROOT.rglob("*.py") if (uses := _uses(path))}
    assert users == {FACTORY: {"Server", "Connection", "Tls"}}


def test_ldap3_is_imported_nowhere_but_in_the_directory_package() -> None:
    for path in ROOT.rglob("*.py"):
        if path.parent != FACTORY.parent:
            assert "ldap3" not in path.read_text(encoding="utf-8"), path


def test_the_factory_switches_every_unsafe_default_off() -> None:
    source = FACTORY.read_text(encoding="utf-8")
    calls = {
        node.func.attr: node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    given = {
        name: {word.arg: ast.unparse(word.value) for word in calls[name].keywords}
        for name in ("Server", "Connection")
    }
    assert given["Server"]["allowed_referral_hosts"] == "[]"
    assert given["Server"]["get_info"] == "ldap3.NONE"
    assert given["Connection"]["auto_referrals"] == "False"
    assert given["Connection"]["raise_exceptions"] == "True"
    assert "validate=ssl.CERT_REQUIRED" in source
    assert "minimum_version = ssl.TLSVersion.TLSv1_2" in source
    assert "connect_timeout" in given["Server"]
    assert "receive_timeout" in given["Connection"]
