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
_BIN = Path(sys.executable).parent
# What both the shell and systemd's EnvironmentFile= read as the same.
_SETTING = re.compile(
    r"""^(SERVICEDESK_\w+)=(?:'([^']*)'|"((?:[^"\\$`]|\\["\\$`])*)"|([\w.,:/=@+-]*))\n""", re.MULTILINE
)


@dataclass(frozen=True)
class Operated:
    """README's "Operate it": the file of settings, what each systemd unit starts, and what is typed into root's shell."""

    settings: str
    units: dict[str, list[str]]
    before: str
    after: str
    started: list[str]

    @classmethod
    def read(cls) -> "Operated":
        """Read the blocks."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        part = text.partition("## Operate it\n")[2].partition("\n## ")[0]
        blocks = re.findall(r"^```\n(.*?)^```$", part, flags=re.DOTALL | re.MULTILINE)
        settings = next(block for block in blocks if block.startswith("SERVICEDESK_"))
        typed = next(block for block in blocks if block.startswith("cd "))
        before, start, after = typed.partition("systemctl enable --now ")
        names, _, after = after.partition("\n")
        assert start
        units = [block for block in blocks if block.startswith("[Service]")]
        programs = [shlex.split(re.findall("^ExecStart=(.*)$", unit, re.MULTILINE)[0]) for unit in units]
        named = re.findall(r"`/etc/systemd/system/([\w-]+)\.service`", part)
        shell = "".join(before.splitlines(keepends=True)[:2])
        return cls(settings, dict(zip(named, programs, strict=True)), before, shell + after, names.split())

    def values(self) -> dict[str, str]:
        """Return the settings as systemd reads their file."""
        assert not _SETTING.sub("", self.settings), "systemd and the shell may read this differently"
        return {
            name: single or re.sub(r"\\(.)", r"\1", double) or bare
            for name, single, double, bare in _SETTING.findall(self.settings)
        }


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


def test_the_settings_are_the_same_to_the_shell_as_to_systemd(tmp_path: Path) -> None:
    readme, file = Operated.read(), tmp_path / "servicedesk.env"
    file.write_text(readme.settings, encoding="utf-8")
    shell = _here(readme.before.splitlines()[0].replace("/srv/servicedesk", "/"), file)
    said = subprocess.run(
        ["sh", "-ec", f"{shell}; env -0"], env={}, capture_output=True, text=True, check=True
    )
    settings = dict(line.split("=", 1) for line in said.stdout.split("\0") if line.startswith("SERVICEDESK_"))
    assert settings == readme.values()


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
        "TRUSTED_PROXIES": "0",
        "LDAP_URLS": directory.ldaps_url,
        "LDAP_BIND_DN": DESK_DN,
        "LDAP_BIND_PASSWORD": DESK_PASSWORD,
        "LDAP_PEOPLE_BASE": f"ou=people,{BASE}",
        "LDAP_GROUPS_BASE": f"ou=groups,{BASE}",
    }
    named = {f"SERVICEDESK_{name}": value for name, value in ours.items()}
    assert readme.values().keys() - named.keys() == {"SERVICEDESK_GROUPS"}
    json.loads(readme.values()["SERVICEDESK_GROUPS"])
    values = readme.values() | named
    values |= {
        "SERVICEDESK_LDAP_CA_CERTS_FILE": str(directory.ca_file),
        "GUNICORN_CMD_ARGS": f"--bind=127.0.0.1:{port}",
    }
    file = tmp_path / "servicedesk.env"
    file.write_text("".join(f"{name}='{value}'\n" for name, value in values.items()), encoding="utf-8")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("SERVICEDESK_")}
    accounts = {name: {"name": name, "password": f"{name}'s own"} for name in _PEOPLE}
    product = Product(url, accounts, instance, bare | values)  # type: ignore[arg-type]
    _said_in_the_end(_here(readme.before, file), bare)
    assert set(readme.started) == set(readme.units)
    for unit in readme.started:
        words = [_here(word, file) for word in readme.units[unit]]
        program = Program(words, tmp_path / f"{unit}.log", cwd=ROOT, environment=bare | values)
        stack.callback(program.stop)
    return product, _said_in_the_end(_here(readme.after, file), bare)


def _here(words: str, file: Path) -> str:
    """Put what is on this machine in the place of what is on the README's."""
    places = {
        "/srv/servicedesk/.venv/bin": _BIN, " .venv/bin": f" {_BIN}", "/srv/servicedesk": ROOT, "/etc/servicedesk.env": file,
    }  # fmt: skip
    for readmes, ours in places.items():
        words = words.replace(readmes, str(ours))
    return words.replace("runuser -u servicedesk -- ", "")


def _said_in_the_end(typed: str, environment: dict[str, str]) -> str:
    """Type lines into a shell, again until what was started has begun to work; return what they said."""
    give_up_at = time.monotonic() + 60
    while True:
        run = subprocess.run(
            ["sh", "-ec", typed], cwd="/", env=environment, capture_output=True, text=True, check=False, timeout=240
        )  # fmt: skip
        if run.returncode == 0 or "flask doctor" not in typed or time.monotonic() > give_up_at:
            assert run.returncode == 0, f"{typed}: {run.stdout}{run.stderr[-4000:]}"
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
