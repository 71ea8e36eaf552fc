"""On an empty machine, with README and a directory: from nothing to a resolved incident, command by command."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.product import ROOT, Product
from tests.browser.windows import Windows
from tests.directory.company import group_ldif, person_dn, person_ldif
from tests.services.programs import Program, free_port
from tests.services.slapd import BASE, DESK_DN, DESK_PASSWORD, SlapdServer, start_slapd

_PEOPLE = {"ola": "Ola Mazur", "igor": "Igor Bielak", "ada": "Ada Hanson"}
_GROUPS = {"IT staff": ["igor"], "IT admins": ["ada"]}
_NEVER_ENDS = ("gunicorn", "flask jobs run")
_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Operated:
    """README's "Operate it": the settings that it begins with and the commands, in their order."""

    settings: dict[str, str]
    commands: list[str]

    @classmethod
    def read(cls) -> "Operated":
        """Read both blocks."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        part = text.partition("## Operate it\n")[2].partition("\n## ")[0]
        settings, commands = re.findall(r"^```\n(.*?)^```$", part, flags=re.DOTALL | re.MULTILINE)[:2]
        lines = (line.partition("=") for line in settings.splitlines())
        words = (re.sub(r"\s+# .*$", "", line) for line in commands.splitlines())
        return cls({name: value for name, _, value in lines}, [line for line in words if line])


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """OpenLDAP with three people in it."""
    people = [person_ldif(name, full, f"{name}'s own") for name, full in _PEOPLE.items()]
    groups = [group_ldif(name, map(person_dn, members)) for name, members in _GROUPS.items()]
    editors = group_ldif("Editors", [person_dn("ada")])
    server = start_slapd(
        tmp_path_factory.mktemp("nothing") / "slapd", ldif="".join([*people, *groups, editors])
    )
    yield server
    server.program.stop()


def test_a_desk_is_set_up_by_the_readme_and_solves_its_first_incident(
    directory: SlapdServer, browser: Browser, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        product, said = _set_up(directory, tmp_path, stack)
        assert "ACT" not in said
        windows = Windows(browser, product)
        stack.callback(windows.close_all)
        number = _file(windows.open("ola"))
        _resolve(windows.open("igor"), number)
        page = windows.open("ola")
        page.goto(f"/incidents/{number.removeprefix('INC-')}")
        expect(page.locator("main")).to_contain_text("Switched the printer on.")
        _looks_after_it(windows.open("ada"))
        assert not windows.complaints


def _set_up(directory: SlapdServer, tmp_path: Path, stack: ExitStack) -> tuple[Product, str]:
    """Do what README says, word by word but for names of this machine; return what the last command said."""
    port, readme = free_port(), Operated.read()
    url, instance = f"http://127.0.0.1:{port}", tmp_path / "instance"
    ours = {
        "INSTANCE_DIR": str(instance),
        "PUBLIC_URL": url,
        "LDAP_URLS": directory.ldaps_url,
        "LDAP_BIND_DN": DESK_DN,
        "LDAP_BIND_PASSWORD": DESK_PASSWORD,
        "LDAP_PEOPLE_BASE": f"ou=people,{BASE}",
        "LDAP_GROUPS_BASE": f"ou=groups,{BASE}",
    }
    named = {f"SERVICEDESK_{name}": value for name, value in ours.items()}
    assert readme.settings.keys() - named.keys() == {"SERVICEDESK_GROUPS"}
    json.loads(readme.settings["SERVICEDESK_GROUPS"])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SERVICEDESK_")}
    environment |= readme.settings | named
    environment |= {
        "SERVICEDESK_LDAP_CA_CERTS_FILE": str(directory.ca_file),
        "GUNICORN_CMD_ARGS": f"--bind=127.0.0.1:{port}",
        "PATH": f"{_BIN}{os.pathsep}{environment['PATH']}",
    }
    accounts = {name: {"name": name, "password": f"{name}'s own"} for name in _PEOPLE}
    product = Product(url, accounts, instance, environment)  # type: ignore[arg-type]
    said = ""
    for place, command in enumerate(readme.commands):
        words = shlex.split(command)
        if command.startswith(_NEVER_ENDS):
            program = Program(words, tmp_path / f"{place}.log", cwd=ROOT, environment=environment)
            stack.callback(program.stop)
        else:
            said = _said_in_the_end(words, environment)
    return product, said


def _said_in_the_end(words: list[str], environment: dict[str, str]) -> str:
    """Run a command; the last one again until what was started has begun to work."""
    give_up_at = time.monotonic() + 60
    while True:
        run = subprocess.run(
            words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        if run.returncode == 0 or words[:2] != ["flask", "doctor"] or time.monotonic() > give_up_at:
            assert run.returncode == 0, f"{words}: {run.stdout}{run.stderr[-4000:]}"
            return run.stdout
        time.sleep(1)


def _file(page: Page) -> str:
    page.goto("/")
    steps.type_problem(page, "The printer on our floor stays dark and silent")
    steps.go_on_to_details(page)
    return steps.send(page)


def _resolve(page: Page, number: str) -> None:
    steps.open_from_queue(page, number)
    page.get_by_role("button", name="Assign to me").click()
    page.get_by_role("link", name="Resolve").click()
    page.locator("input[type=checkbox][name=article_ids]").first.check()
    page.locator("textarea[name=text]").fill("Switched the printer on.")
    page.get_by_role("button", name="Resolve").click()
    page.wait_for_url(steps.INCIDENT)
    expect(page.locator(".work-line")).to_contain_text("Resolved")


def _looks_after_it(page: Page) -> None:
    page.goto("/admin/state")
    expect(page.locator(".findings")).not_to_contain_text("Act now")
    expect(page.locator(".findings")).to_contain_text("What is filed reaches somebody.")
