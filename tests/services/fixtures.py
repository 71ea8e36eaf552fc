"""Directory servers for tests, one of each for the whole run."""

from collections.abc import Iterator

import pytest

from tests.directory.domain import fill_domain
from tests.services.samba import SambaServer, start_samba
from tests.services.slapd import SlapdServer, start_slapd


@pytest.fixture(scope="session")
def slapd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start an OpenLDAP server with the base entries and the desk's account; each test adds its own people."""
    server = start_slapd(tmp_path_factory.mktemp("slapd") / "server")
    yield server
    server.program.stop()


@pytest.fixture(scope="session")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SambaServer]:
    """Start an Active Directory domain controller with a company in it; who changes it puts it back."""
    server = start_samba(tmp_path_factory.mktemp("samba") / "server")
    try:
        fill_domain(server)
        yield server
    finally:
        server.program.stop()
