"""What is locked can be installed with every Python that the README promises."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

_ROOT = Path(__file__).parents[1]
_LOCKED = re.compile(r"^([a-z][^\\\n]*==[^\\\n]*)", re.MULTILINE)
_LOCKS = ("requirements.lock", "requirements-dev.lock")
# The first of 3.11, the one of Debian 12, and those that follow.
_PYTHONS = ("3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0")


@pytest.mark.parametrize("python", _PYTHONS)
@pytest.mark.parametrize("lock", _LOCKS)
def test_every_package_takes_every_python(lock: str, python: str) -> None:
    refusing = []
    locked = [Requirement(line) for line in _LOCKED.findall((_ROOT / lock).read_text(encoding="utf-8"))]
    assert len(locked) > 30
    for package in locked:
        applies = package.marker is None or package.marker.evaluate({"python_version": python[:4]})
        wanted = str(distribution(package.name).metadata.json.get("requires_python", ""))
        if applies and not SpecifierSet(wanted).contains(python):
            refusing.append(f"{package.name} wants Python {wanted}")
    assert not refusing, refusing


@pytest.mark.parametrize("lock", _LOCKS)
def test_no_lock_names_where_packages_come_from(lock: str) -> None:
    assert not re.search(r"://|^-", (_ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
