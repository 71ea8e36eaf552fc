"""The directory as the desk sees it."""

from collections.abc import Iterator

import pytest

from servicedesk.directory.ldap_directory import LdapDirectory
from tests.directory.company import company_ldif
from tests.services.samba import SambaServer
from tests.services.slapd import SlapdServer, start_slapd


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start OpenLDAP with the company in it."""
    server = start_slapd(tmp_path_factory.mktemp("company") / "slapd", ldif=company_ldif())
    yield server
    server.program.stop()


@pytest.fixture
def directory(company: SlapdServer) -> LdapDirectory:
    """Return the company's directory, reached with TLS."""
    return LdapDirectory(company.settings())


@pytest.fixture
def active_directory(domain: SambaServer) -> LdapDirectory:
    """Return the domain, reached with TLS."""
    return LdapDirectory(domain.settings())
