"""What the demo directory serves, and the accounts to sign in with: two files in the instance, made with passwords of its own."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from servicedesk.demo.company import DATA_DIR, Company

DIRECTORY_FILE = "demo-directory.json"
ACCOUNTS_FILE = "demo-accounts.json"
BASE_DN = "dc=example,dc=com"
DESK_DN = f"cn=desk,{BASE_DN}"
_WORDS_A_PASSWORD = 4


def write_accounts(company: Company, instance_dir: Path) -> None:
    """Write both files where they are not there or not true any more; passwords that somebody has already stay."""
    path = instance_dir / DIRECTORY_FILE
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    directory = _directory(company, known)
    passwords = _passwords_in(directory)
    accounts = {role: {"name": name, "password": passwords[name]} for role, name in company.accounts.items()}
    _write_private(path, directory)
    _write_private(instance_dir / ACCOUNTS_FILE, accounts)


def _directory(company: Company, known: Mapping[str, Any]) -> dict[str, Any]:
    passwords = _passwords_in(known)
    words = (DATA_DIR / "words.txt").read_text(encoding="utf-8").split()
    return {
        "base": BASE_DN,
        "desk": known.get("desk") or {"dn": DESK_DN, "password": secrets.token_urlsafe(24)},
        "people": [
            {
                "user_name": person.user_name,
                "password": passwords.get(person.user_name) or _passphrase(words),
                "name": person.name,
                "uuid": person.uuid,
                "mail": person.mail,
                "department": person.department,
                "telephone": person.telephone,
                "language": person.language,
                "manager": person.manager or "",
            }
            for person in company.people
        ],
        "groups": [
            {"name": group.name, "members": list(group.members), "groups": list(group.groups)}
            for group in company.groups
        ],
    }


def _passwords_in(directory: Mapping[str, Any]) -> dict[str, str]:
    return {person["user_name"]: person["password"] for person in directory.get("people", ())}


def _passphrase(words: list[str]) -> str:
    return "-".join(secrets.choice(words) for _ in range(_WORDS_A_PASSWORD))


def _write_private(path: Path, content: Mapping[str, Any]) -> None:
    """Replace the file in one step; nobody but its owner may ever read it."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)
