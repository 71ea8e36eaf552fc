"""An OpenLDAP server for tests: real slapd, with TLS, password policy and a company of a few people."""

import base64
import subprocess
from dataclasses import dataclass
from pathlib import Path

from servicedesk.directory.settings import DirectorySettings
from tests.services.certificates import Authority
from tests.services.programs import Program, find_program, free_port, is_listening

BASE = "dc=example,dc=com"
ADMIN_DN = f"cn=admin,{BASE}"
ADMIN_PASSWORD = "admin-of-tests"
DESK_DN = f"cn=desk,{BASE}"
DESK_PASSWORD = "desk-of-tests"
SCHEMAS = Path("/etc/ldap/schema")

_CONFIG = """\
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/nis.schema
include {schemas}/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile {folder}/slapd.pid
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
sizelimit size.soft=1000 size.hard=unlimited size.prtotal=unlimited
{extra}
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
maxsize 1073741824
dbnosync
index objectClass,uid,mail,member,uniqueMember,memberUid,entryUUID eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{desk}" read by self read by anonymous auth by * none
overlay ppolicy
ppolicy_default "cn=policy,{base}"
"""


@dataclass(frozen=True)
class SlapdServer:
    """A running slapd. `ldap_url` is plain or StartTLS, `ldaps_url` is encrypted from the start."""

    program: Program
    ldap_url: str
    ldaps_url: str
    ca_file: Path

    def settings(self, url: str | None = None, **changes: object) -> DirectorySettings:
        """Return the settings with which the desk reads this server."""
        values: dict[str, object] = {
            "urls": (url or self.ldaps_url,),
            "kind": "openldap",
            "ca_certs_file": self.ca_file,
            "bind_dn": DESK_DN,
            "bind_password": DESK_PASSWORD,
            "people_base": f"ou=people,{BASE}",
            "groups_base": f"ou=groups,{BASE}",
        }
        return DirectorySettings(**(values | changes))  # type: ignore[arg-type]

    def add(self, ldif: str) -> None:
        """Add entries."""
        self._run("ldapadd", ldif)

    def modify(self, ldif: str) -> None:
        """Change, rename or delete entries."""
        self._run("ldapmodify", ldif)

    def _run(self, program: str, ldif: str) -> None:
        command = [
            find_program(program, "ldap-utils"),
            "-x",
            "-H",
            self.ldap_url,
            "-D",
            ADMIN_DN,
            "-w",
            ADMIN_PASSWORD,
        ]
        done = subprocess.run(command, input=ldif, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr


def start_slapd(folder: Path, *, extra_config: str = "", ldif: str = "") -> SlapdServer:
    """Start slapd with the base entries, the desk's account and `ldif`, loaded before it starts."""
    slapd, slapadd = find_program("slapd", "slapd"), find_program("slapadd", "slapd")
    (folder / "data").mkdir(parents=True)
    authority = Authority(folder / "ca")
    certificate = authority.issue("slapd", "127.0.0.1", "localhost")
    config = folder / "slapd.conf"
    config.write_text(
        _CONFIG.format(
            schemas=SCHEMAS,
            folder=folder,
            ca=authority.ca_file,
            certificate=certificate.certificate_file,
            key=certificate.key_file,
            extra=extra_config,
            base=BASE,
            admin=ADMIN_DN,
            password=ADMIN_PASSWORD,
            desk=DESK_DN,
        )
    )
    (folder / "start.ldif").write_text(_BASE_LDIF + ldif, encoding="utf-8")
    loaded = subprocess.run(
        [slapadd, "-q", "-f", str(config), "-l", str(folder / "start.ldif")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
    plain, encrypted = free_port(), free_port()
    urls = f"ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{encrypted}"
    program = Program([slapd, "-f", str(config), "-h", urls, "-d", "0"], folder / "slapd.log")
    program.wait_until(lambda: is_listening("127.0.0.1", encrypted), timeout_s=20)
    return SlapdServer(
        program, f"ldap://127.0.0.1:{plain}", f"ldaps://127.0.0.1:{encrypted}", authority.ca_file
    )


def ldif_entry(dn: str, *values: tuple[str, str]) -> str:
    """Return one entry as LDIF; all values are written in base64, so any letter may stand in them."""
    lines = [f"dn:: {_base64(dn)}", *(f"{name}:: {_base64(value)}" for name, value in values)]
    return "\n".join(lines) + "\n\n"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


_BASE_LDIF = "".join(
    (
        ldif_entry(
            BASE,
            ("objectClass", "dcObject"),
            ("objectClass", "organization"),
            ("dc", "example"),
            ("o", "Example"),
        ),
        ldif_entry(f"ou=people,{BASE}", ("objectClass", "organizationalUnit"), ("ou", "people")),
        ldif_entry(f"ou=groups,{BASE}", ("objectClass", "organizationalUnit"), ("ou", "groups")),
        ldif_entry(
            f"cn=policy,{BASE}",
            *(("objectClass", name) for name in ("applicationProcess", "pwdPolicy")),
            *(
                ("cn", "policy"),
                ("pwdAttribute", "userPassword"),
                ("pwdLockout", "TRUE"),
                ("pwdMaxFailure", "30"),
            ),
            *(("pwdLockoutDuration", "2"), ("pwdFailureCountInterval", "60")),
        ),
        ldif_entry(
            DESK_DN,
            *(("objectClass", name) for name in ("applicationProcess", "simpleSecurityObject")),
            *(("cn", "desk"), ("userPassword", DESK_PASSWORD)),
        ),
    )
)
