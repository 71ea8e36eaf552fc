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
from tests.reliability.filing import FILINGS, people_needed
from tests.services.databases import IS_POSTGRESQL, Databases

# What takes a minute more is left to the longer forms.
collect_ignore = [] if FILINGS >= 1000 else ["test_wrong_clock.py"]


@pytest.fixture(scope="session")
def mails() -> Iterator[MailServer]:
    """The mail server to which the product sends."""
    with mail_server() as server:
        yield server


@pytest.fixture(scope="session")
def prepared_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with a database of its own that others begin as a copy of."""
    instance = tmp_path_factory.mktemp("prepared") / "instance"
    _add_dictionary(instance)
    Desk(instance).stop()
    return instance


@pytest.fixture(scope="session")
def _running_desk(
    request: pytest.FixtureRequest,
    databases: Databases,
    mails: MailServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Desk]:
    instance = tmp_path_factory.mktemp("reliability") / "instance"
    instance.mkdir()
    smtp_url = f"smtp://127.0.0.1:{mails.port}"
    url, prepared = None, None
    if IS_POSTGRESQL:
        url = _empty_database(databases, instance)
        _add_dictionary(instance)
    else:
        prepared = request.getfixturevalue("prepared_instance")
    desk = Desk(instance, prepared=prepared, database_url=url, clients=people_needed(), smtp_url=smtp_url)
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


def _add_dictionary(instance: Path) -> None:
    """Let a small dictionary stand in for the one that takes half a minute of both processors to make."""
    folder = instance / "dictionaries"
    folder.mkdir(parents=True)
    name = f"pl-{version('simplemma')}{LEXICON_SUFFIX}"
    write_lexicon(folder / name, [("drukarki", "drukarka"), ("vpnu", "vpn")])


def _empty_database(databases: Databases, instance: Path) -> str:
    """Return a database without tables: what it is copied from may hold another test's cast."""
    url = databases.copy(instance)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return url
