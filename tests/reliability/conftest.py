"""One running product for all proofs; each of them leaves it running and whole."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest

from servicedesk.search.lexicon import LEXICON_SUFFIX, write_lexicon
from tests.mail.mail_server import MailServer, mail_server
from tests.reliability.browser import Browser
from tests.reliability.desk import Desk
from tests.reliability.filing import people_needed
from tests.services.databases import IS_POSTGRESQL, Databases


@pytest.fixture(scope="session")
def mails() -> Iterator[MailServer]:
    """The mail server to which the product sends."""
    with mail_server() as server:
        yield server


@pytest.fixture(scope="session")
def _running_desk(
    databases: Databases, mails: MailServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    instance = tmp_path_factory.mktemp("reliability") / "instance"
    instance.mkdir()
    url = _empty_database(databases, instance) if IS_POSTGRESQL else None
    dictionaries = instance / "dictionaries"
    dictionaries.mkdir()
    # A small dictionary stands in for the one that takes half a minute of both processors to make.
    write_lexicon(
        dictionaries / f"pl-{version('simplemma')}{LEXICON_SUFFIX}",
        [("drukarki", "drukarka"), ("vpnu", "vpn")],
    )
    smtp_url = f"smtp://127.0.0.1:{mails.port}"
    desk = Desk(instance, database_url=url, clients=people_needed(), smtp_url=smtp_url)
    try:
        yield desk
    finally:
        desk.stop()
        if url is not None:
            databases.drop(url)


@pytest.fixture
def desk(_running_desk: Desk) -> Desk:
    """The running product, with whatever an earlier proof has ended started again."""
    _running_desk.start()
    return _running_desk


@pytest.fixture
def employee(desk: Desk) -> Browser:
    """The browser of the demo's employee."""
    return _signed_in(desk, "employee")


@pytest.fixture
def agent(desk: Desk) -> Browser:
    """The browser of the demo's IT person."""
    return _signed_in(desk, "agent")


def _signed_in(desk: Desk, role: str) -> Browser:
    browser = Browser(desk.url)
    browser.sign_in(desk.account(role))
    return browser


def _empty_database(databases: Databases, instance: Path) -> str:
    """Return a database without tables: what it is copied from may hold another test's cast."""
    url = databases.copy(instance)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return url
