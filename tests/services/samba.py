"""An Active Directory domain for tests: a real Samba domain controller, provisioned in a temporary folder."""

import base64
import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from servicedesk.directory.settings import DirectorySettings
from tests.services.certificates import Authority
from tests.services.programs import Program, do_without, find_program, is_listening
from tests.services.slapd import ldif_entry

BASE = "DC=desk,DC=test"
ADMIN = "Administrator@desk.test"
ADMIN_PASSWORD = "Admin-of-te5ts"
DESK_DN = f"CN=desk,CN=Users,{BASE}"
DESK_PASSWORD = "Desk-of-te5ts"

_CONFIG = """\
[global]
realm = DESK.TEST
workgroup = DESK
netbios name = DC1
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
tls enabled = yes
tls cafile = {ca}
tls certfile = {certificate}
tls keyfile = {key}
private dir = {folder}/private
lock directory = {folder}/lock
state directory = {folder}/state
cache directory = {folder}/cache
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
winbindd socket directory = {folder}/run/winbindd
ntp signd socket directory = {folder}/run/ntp
# A domain that is thrown away need not outlive a power cut: without this each log-in waits for the disk, behind all others.
ldb:nosync = yes
log file = {folder}/log.%m
"""
# Passwords as short as tests like them, and an account locked after ten wrong ones.
_POLICY = f"""\
dn: {BASE}
changetype: modify
replace: pwdProperties
pwdProperties: 0
-
replace: minPwdLength
minPwdLength: 1
-
replace: minPwdAge
minPwdAge: 0
-
replace: lockoutThreshold
lockoutThreshold: 10

"""


@dataclass(frozen=True)
class SambaServer:
    """A running domain controller on a loopback address of its own, because its ports cannot be chosen."""

    program: Program
    address: str
    ca_file: Path

    @property
    def ldaps_url(self) -> str:
        """Return the address with TLS; Samba takes no password without."""
        return f"ldaps://{self.address}"

    @property
    def ldap_url(self) -> str:
        """Return the address for StartTLS."""
        return f"ldap://{self.address}"

    def settings(self, url: str | None = None, **changes: object) -> DirectorySettings:
        """Return the settings with which the desk reads this server."""
        values: dict[str, object] = {
            "urls": (url or self.ldaps_url,),
            "kind": "active-directory",
            "ca_certs_file": self.ca_file,
            "bind_dn": DESK_DN,
            "bind_password": DESK_PASSWORD,
            "people_base": BASE,
            "groups_base": BASE,
        }
        return DirectorySettings(**(values | changes))  # type: ignore[arg-type]

    def modify(self, ldif: str) -> None:
        """Add, change, rename or delete entries; those without a changetype are added."""
        self._run("ldapmodify", "-a", ldif=ldif)

    def group_number(self, dn: str) -> int:
        """Return the number that a person's primaryGroupID names this group by: the last part of its SID."""
        printed = self._run("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", dn, "-s", "base", "objectSid")
        line = next(line for line in printed.splitlines() if line.startswith("objectSid:: "))
        return int.from_bytes(base64.b64decode(line.partition(":: ")[2])[-4:], "little")

    def _run(self, program: str, *arguments: str, ldif: str = "") -> str:
        command = [
            find_program(program, "ldap-utils"),
            "-x",
            "-H",
            self.ldaps_url,
            "-D",
            ADMIN,
            "-w",
            ADMIN_PASSWORD,
        ]
        done = subprocess.run(
            [*command, *arguments],
            input=ldif,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "LDAPTLS_CACERT": str(self.ca_file)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def start_samba(folder: Path) -> SambaServer:
    """Provision a domain and start its controller with the desk's account in it."""
    samba, tool = find_program("samba", "samba-ad-dc"), find_program("samba-tool", "samba-common-bin")
    if os.geteuid() != 0:
        do_without("needs root: a Samba domain controller listens on port 636")
    _provision(tool, folder)
    address = f"127.{secrets.randbelow(250) + 2}.{secrets.randbelow(250) + 2}.{secrets.randbelow(250) + 2}"
    authority = Authority(folder / "ca")
    certificate = authority.issue("dc1", address, "dc1.desk.test")
    for name in ("lock", "cache", "run/ncalrpc", "run/winbindd"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    config = folder / "smb.conf"
    files = {
        "ca": authority.ca_file,
        "certificate": certificate.certificate_file,
        "key": certificate.key_file,
    }
    config.write_text(_CONFIG.format(folder=folder, address=address, **files))
    program = Program([samba, "-i", "-M", "single", "-s", str(config)], folder / "samba.log")
    program.wait_until(lambda: is_listening(address, 636), timeout_s=60)
    server = SambaServer(program, address, authority.ca_file)
    server.modify(_POLICY + ad_person_ldif("desk", "desk", DESK_PASSWORD, dn=DESK_DN))
    return server


def ad_person_ldif(
    user_name: str, name: str, password: str, *more: tuple[str, str], dn: str, control: int = 0x200
) -> str:
    """Return one account as LDIF; `control` is its userAccountControl."""
    entry = ldif_entry(
        dn,
        *(("objectClass", "user"), ("sAMAccountName", user_name), ("displayName", name)),
        *(("userPrincipalName", f"{user_name}@desk.test"), ("userAccountControl", str(control))),
        *more,
    )
    quoted = base64.b64encode(f'"{password}"'.encode("utf-16-le")).decode("ascii")
    return f"{entry.rstrip()}\nunicodePwd:: {quoted}\n\n"


def _provision(tool: str, folder: Path) -> None:
    done = subprocess.run(
        [
            *(tool, "domain", "provision", f"--targetdir={folder}", "--realm=DESK.TEST", "--domain=DESK"),
            *("--server-role=dc", "--dns-backend=NONE", "--use-rfc2307", f"--adminpass={ADMIN_PASSWORD}"),
            "--host-name=dc1",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "samba-ad-provision package" in done.stderr + done.stdout:
        find_program("the files of an empty domain", "samba-ad-provision")
    assert done.returncode == 0, done.stderr[-2000:]
