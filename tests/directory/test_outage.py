"""Several servers, and how a real one that hangs is lived with."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from servicedesk.directory import bulkhead
from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.directory.ldap_directory import LdapDirectory
from servicedesk.directory.servers import ServerOrder
from servicedesk.directory.settings import DirectoryServer, DirectorySettings
from tests.directory.company import CAST, company_ldif
from tests.directory.faulty_server import FaultyServer, Talk, honest, wait_for
from tests.services.programs import free_port
from tests.services.slapd import SlapdServer, start_slapd

# Far more than the limit of 2.8 s on the busiest machine, far less than what never ends.
_LONGEST_S = 15

PASSWORD = "canary-55aa77cc"


@pytest.fixture
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a slapd of its own to freeze."""
    server = start_slapd(tmp_path_factory.mktemp("frozen") / "slapd", ldif=company_ldif())
    yield server
    server.program.go_on()
    server.program.stop()


def test_a_dead_server_is_passed_over_with_one_line_in_the_log(
    company: SlapdServer, caplog: pytest.LogCaptureFixture
) -> None:
    dead = f"ldaps://127.0.0.1:{free_port()}"
    directory = LdapDirectory(company.settings(urls=(dead, company.ldaps_url)))
    assert directory.check_password("ewa", CAST["ewa"][1]) is not None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert dead in caplog.text
    caplog.clear()
    assert directory.check_password("ewa", CAST["ewa"][1]) is not None
    assert caplog.text == ""


def test_a_server_that_hangs_costs_one_time_out_and_is_then_skipped(company: SlapdServer) -> None:
    with FaultyServer(lambda talk, _request: talk.silence()) as hung:
        directory = LdapDirectory(company.settings(urls=(hung.url, company.ldaps_url)))
        assert directory.check_password("ewa", CAST["ewa"][1]) is not None
        assert directory.check_password("ewa", CAST["ewa"][1]) is not None
        assert list(directory.list_people())
        assert hung.connections == 1


def test_a_skipped_server_is_asked_again_after_half_a_minute() -> None:
    now = [1000.0]
    one, two = DirectoryServer.from_url("ldaps://dc1"), DirectoryServer.from_url("ldaps://dc2")
    order = ServerOrder([one, two], clock=lambda: now[0])
    assert order.to_try() == [one, two]
    order.failed(one)
    assert order.to_try() == [two]
    now[0] += 29
    assert order.to_try() == [two]
    now[0] += 1.5
    assert order.to_try() == [one, two]


def test_with_all_servers_down_the_longest_dead_is_asked_first() -> None:
    now = [1000.0]
    one, two = DirectoryServer.from_url("ldaps://dc1"), DirectoryServer.from_url("ldaps://dc2")
    order = ServerOrder([one, two], clock=lambda: now[0])
    order.failed(two)
    now[0] += 5
    assert not order.is_down
    order.failed(one)
    assert order.is_down
    assert order.to_try() == [two, one]
    order.answered(one)
    assert order.to_try() == [one]
    assert not order.is_down


def test_a_frozen_directory_lets_nobody_in_and_everybody_again_when_it_wakes(frozen: SlapdServer) -> None:
    directory = LdapDirectory(frozen.settings())
    ewa = directory.check_password("ewa", CAST["ewa"][1])
    assert ewa is not None
    frozen.program.pause()
    asks: list[Callable[[], object]] = [
        lambda: directory.check_password("ewa", CAST["ewa"][1]),
        lambda: directory.find_person(ewa.key),
    ]
    for ask in asks:
        started = time.monotonic()
        with pytest.raises(DirectoryUnavailableError):
            ask()
        assert time.monotonic() - started < _LONGEST_S
    frozen.program.go_on()
    assert directory.check_password("ewa", CAST["ewa"][1]) == ewa


def test_fifty_log_ins_at_a_frozen_directory_hold_four_places_and_the_rest_are_told(
    frozen: SlapdServer, caplog: pytest.LogCaptureFixture
) -> None:
    directory = LdapDirectory(frozen.settings())
    frozen.program.pause()
    refused: list[str] = []

    def log_in() -> None:
        with pytest.raises(DirectoryUnavailableError):
            directory.check_password("ewa", CAST["ewa"][1])
        refused.append("ewa")

    threads = [threading.Thread(target=log_in) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(refused) == 50
    assert caplog.text.count("4 questions wait for an answer already") == 46


def test_no_more_than_four_questions_are_at_the_directory_at_once() -> None:
    def slow(talk: Talk, request: object) -> None:
        talk.silence(0.05)
        honest(talk, request)

    with FaultyServer(slow) as server:
        directory = LdapDirectory(server.settings())
        answers: list[bool] = []

        def log_in() -> None:
            try:
                answers.append(directory.check_password("ewa", PASSWORD) is not None)
            except DirectoryUnavailableError:
                answers.append(False)

        threads = [threading.Thread(target=log_in) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        # Each log-in has two connections open while it binds as the person.
        assert server.most_open <= 8
        assert sum(answers) >= 4
        assert wait_for(lambda: server.open_now == 0)


def test_all_waiting_together_takes_at_most_three_seconds() -> None:
    assert DirectorySettings.total_timeout_s + bulkhead._GRACE_S <= 3
    assert max(bulkhead._WAIT_FOR_A_PLACE_S, bulkhead._WAIT_WHILE_DOWN_S) < 1


def test_short_queues_are_waited_for(directory: LdapDirectory) -> None:
    answers: list[bool] = []

    def log_in() -> None:
        answers.append(directory.check_password("ewa", CAST["ewa"][1]) is not None)

    threads = [threading.Thread(target=log_in) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert answers == [True] * 8


def test_unknown_locked_and_wrong_take_equally_long(directory: LdapDirectory) -> None:
    """One search and one bind for each (security.md S5)."""
    reasons = {"unknown": ("nobody", "x"), "locked": ("ghost", "boo"), "wrong": ("żaneta", "x")}
    taken: dict[str, list[float]] = {reason: [] for reason in reasons}
    for _ in range(20):
        for reason, (name, password) in reasons.items():
            started = time.perf_counter()
            assert directory.check_password(name, password) is None
            taken[reason].append(time.perf_counter() - started)
    quickest = {reason: min(seconds) for reason, seconds in taken.items()}
    assert max(quickest.values()) < 4 * min(quickest.values()), quickest


def test_no_password_reaches_any_log(directory: LdapDirectory, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    right = CAST["łukasz"][1]
    assert directory.check_password("łukasz", right) is not None
    assert directory.check_password("łukasz", PASSWORD) is None
    assert directory.check_password("nobody", PASSWORD) is None
    assert right not in caplog.text
    assert PASSWORD not in caplog.text
