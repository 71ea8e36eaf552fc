"""A directory that is down, slow, broken or hostile lets nobody in, in time, with one line in the log and no leak."""

import contextlib
import logging
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ldaptor.protocols import pureldap

from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.directory.ldap_directory import LdapDirectory
from servicedesk.directory.settings import DirectorySettings
from tests.directory.faulty_server import (
    BASE,
    DESK_PASSWORD,
    START_TLS,
    USER_DN,
    Answer,
    FaultyServer,
    Talk,
    always,
    but,
    honest,
    person,
    wait_for,
)
from tests.services.certificates import Authority, Certificate
from tests.services.programs import free_port

PASSWORD = "canary-7f3a91c2"
# Far more than the limit of 2.8 s on the busiest machine, far less than what never ends.
LONGEST_S = 15


def assert_fails_closed(settings: DirectorySettings, caplog: pytest.LogCaptureFixture) -> None:
    """Log in: it must be refused as unavailable, in time, with one event and no password in the log."""
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    started = time.monotonic()
    with pytest.raises(DirectoryUnavailableError) as caught:
        LdapDirectory(settings).check_password("ewa", PASSWORD)
    assert time.monotonic() - started < LONGEST_S
    events = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(events) == 1, [record.getMessage() for record in events]
    for secret in (PASSWORD, DESK_PASSWORD):
        assert secret not in caplog.text + str(caught.value)


def _slow_bind(talk: Talk, request: Any) -> None:
    talk.silence(5)
    honest(talk, request)


def _drip(talk: Talk, _request: Any) -> None:
    talk.drip(talk.wire(pureldap.LDAPBindResponse(resultCode=0, errorMessage=b"x" * 300)), every_s=0.1)


def _half_then_cut(talk: Talk, _request: Any) -> None:
    octets = talk.wire(person())
    talk.raw(octets[: len(octets) // 2])
    talk.hang_up()


def _cut_inside(talk: Talk, _request: Any) -> None:
    # The outer length is right, the inner ones promise more than there is.
    octets = bytearray(talk.wire(person()))
    octets[-1:] = b""
    octets[1] -= 1
    talk.raw(bytes(octets))


def _endless_entries(talk: Talk, _request: Any) -> None:
    octets = talk.wire(person()) * 100
    while not talk.stopped.is_set():
        talk.raw(octets)


def _endless_message(talk: Talk, _request: Any) -> None:
    talk.raw(b"\x30\x84\x7f\xff\xff\xff")
    while not talk.stopped.is_set():
        talk.raw(b"\x04" * 65536)


def _disconnection_notice(talk: Talk, _request: Any) -> None:
    talk.message_id = 0
    talk.send(pureldap.LDAPExtendedResponse(resultCode=52, responseName=b"1.3.6.1.4.1.1466.20036"))


def _other_message_id(talk: Talk, request: Any) -> None:
    talk.message_id += 1
    honest(talk, request)


def _echoes_the_password(talk: Talk, request: Any) -> None:
    talk.send(pureldap.LDAPBindResponse(resultCode=80, errorMessage=b"wrong: " + request.auth))


def _result(code: int) -> Answer:
    def answer(talk: Talk, request: Any) -> None:
        kind = pureldap.LDAPBindResponse if isinstance(request, pureldap.LDAPBindRequest) else None
        talk.send((kind or pureldap.LDAPSearchResultDone)(resultCode=code))

    return answer


def _who_am_i(identity: bytes) -> Answer:
    return lambda talk, _request: talk.send(pureldap.LDAPExtendedResponse(resultCode=0, response=identity))


FAULTS: dict[str, Answer] = {
    "never answers": lambda talk, _request: talk.silence(),
    "answers the bind after 5 s": but(bind=_slow_bind),
    "answers the search after 5 s": but(search=_slow_bind),
    "answers the person's bind after 5 s": but(user_bind=_slow_bind),
    "drips": but(bind=_drip),
    "hangs up": lambda talk, _request: talk.hang_up(),
    "sends half an entry and hangs up": but(search=_half_then_cut),
    "sends an entry cut inside": but(search=_cut_inside),
    "sends noughts": always(b"\0" * 64),
    "sends a web page": always(b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", then_hang_up=True),
    "promises two gigabytes and sends them": but(bind=_endless_message),
    "finds people without end": but(search=_endless_entries),
    "says that it goes down": but(search=_disconnection_notice),
    "answers another question": but(bind=_other_message_id),
    "repeats the password in its message": but(user_bind=_echoes_the_password),
    "is busy": but(search=_result(51)),
    "refers the bind": but(bind=_result(10)),
    "refers the person's bind": but(user_bind=_result(10)),
    "asks for more steps to bind": but(user_bind=_result(14)),
    "found too much": but(search=_result(4)),
    "took too long to search": but(search=_result(3)),
    "takes us for somebody else": but(extended=_who_am_i(f"dn:uid=adam,ou=people,{BASE}".encode())),
    "takes us for nobody": but(extended=_who_am_i(b"")),
    "answers who we are with rubbish": but(extended=_who_am_i(b"\xff\xfe")),
    "refuses the desk": but(bind=_result(49)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_nobody_is_let_in_by_a_directory_that(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever ldap3 raises becomes one error; whose password it was is asked after the bind (security.md F1, L2)."""
    with FaultyServer(FAULTS[fault]) as server:
        assert_fails_closed(server.settings(), caplog)


def test_a_drip_is_hung_up_on_and_its_place_is_free_again() -> None:
    with FaultyServer(but(bind=_drip)) as server:
        with pytest.raises(DirectoryUnavailableError):
            LdapDirectory(server.settings()).check_password("ewa", PASSWORD)
        assert wait_for(lambda: server.open_now == 0, timeout_s=LONGEST_S)


def test_the_same_server_without_a_fault_lets_ewa_in() -> None:
    """The DN that the search returned is what binds, not one that was built (security.md L1)."""
    with FaultyServer(honest) as server:
        found = LdapDirectory(server.settings()).check_password("ewa", PASSWORD)
        assert found is not None
        assert (found.user_name, found.dn) == ("ewa", USER_DN)
        assert (USER_DN, PASSWORD.encode()) in server.binds


@pytest.mark.parametrize("seed", range(40))
def test_no_garbage_is_an_answer(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(seed)  # noqa: S311
    step = chance.choice(["bind", "user_bind", "search", "extended"])

    def garbled(talk: Talk, request: Any) -> None:
        octets = bytearray(
            talk.wire(person()) if step == "search" else talk.wire(pureldap.LDAPBindResponse(resultCode=49))
        )
        for _ in range(chance.randint(1, 4)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        talk.raw(bytes(octets))
        talk.hang_up()

    with FaultyServer(but(**{step: garbled})) as server:
        started = time.monotonic()
        with contextlib.suppress(DirectoryUnavailableError):
            assert LdapDirectory(server.settings()).check_password("ewa", PASSWORD) is None
        assert time.monotonic() - started < LONGEST_S
        assert PASSWORD not in caplog.text


def test_nobody_listening_is_noticed_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with FaultyServer(honest) as server:
        settings = server.settings(urls=(f"ldap://127.0.0.1:{free_port()}",))
    assert_fails_closed(settings, caplog)


def test_a_host_name_that_nobody_has_is_unavailable(caplog: pytest.LogCaptureFixture) -> None:
    with FaultyServer(honest) as server:
        settings = server.settings(urls=("ldaps://dc1.invalid",))
    assert_fails_closed(settings, caplog)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def _of_a_stranger(folder: Path, _authority: Authority) -> Certificate:
    return Authority(folder, "Stranger").issue("stranger", "127.0.0.1")


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(_of_a_stranger, id="signed by a stranger"),
        pytest.param(
            lambda _folder, authority: authority.issue("other", "127.0.0.2", "dc2.test"),
            id="for another host",
        ),
        pytest.param(
            lambda _folder, authority: authority.issue("old", "127.0.0.1", is_expired=True), id="expired"
        ),
    ],
)
def test_a_bad_certificate_gets_no_byte_of_a_password(
    make: Callable[[Path, Authority], Certificate],
    authority: Authority,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Chain, host and dates are checked (security.md L5)."""
    with FaultyServer(honest, certificate=make(tmp_path, authority)) as server:
        assert_fails_closed(server.settings(ca_certs_file=authority.ca_file), caplog)
        assert (server.connections, server.binds, bytes(server.received)) == (1, [], b"")


def test_a_good_certificate_is_accepted_and_the_systems_own_list_does_not_know_it(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    with FaultyServer(honest, certificate=authority.issue("good", "127.0.0.1")) as server:
        directory = LdapDirectory(server.settings(ca_certs_file=authority.ca_file))
        assert directory.check_password("ewa", PASSWORD) is not None
        assert_fails_closed(server.settings(), caplog)


def _start_tls(code: int, more: bytes = b"") -> Answer:
    def answer(talk: Talk, request: Any) -> None:
        if getattr(request, "requestName", None) == START_TLS:
            talk.raw(talk.wire(pureldap.LDAPExtendedResponse(resultCode=code, responseName=START_TLS)) + more)
        else:
            honest(talk, request)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(_start_tls(52), id="refused"),
        pytest.param(_start_tls(10), id="referred"),
        pytest.param(_start_tls(0), id="promised but not started"),
        pytest.param(
            _start_tls(0, b"\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\x00\x04\x00\x04\x00"),
            id="with an answer injected",
        ),
        pytest.param(honest, id="not answered"),
    ],
)
def test_without_start_tls_no_password_is_sent(
    answer: Answer, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    with FaultyServer(answer) as server:
        assert_fails_closed(server.settings(start_tls=True, ca_certs_file=authority.ca_file), caplog)
        assert server.binds == []
        for secret in (PASSWORD, DESK_PASSWORD):
            assert secret.encode() not in server.received


@pytest.mark.parametrize("step", ["bind", "user_bind", "search", "groups", "extended"])
def test_a_referral_is_never_followed(step: str, caplog: pytest.LogCaptureFixture) -> None:
    """It would get the password of the desk, or of Ewa (security.md F1)."""
    with FaultyServer(honest) as attacker:
        # Result 10 with the attacker's address: LDAPResult with referral [3] (RFC 4511 §4.1.10), which ldaptor cannot write.
        url = f"{attacker.url}/{USER_DN}".encode()
        tags = {"bind": 0x61, "user_bind": 0x61, "search": 0x65, "groups": 0x65, "extended": 0x78}
        body = b"\x0a\x01\x0a\x04\x00\x04\x00\xa3" + _length(_tlv(0x04, url)) + _tlv(0x04, url)

        def refer(talk: Talk, _request: Any) -> None:
            talk.raw(_tlv(0x30, _tlv(0x02, talk.message_id.to_bytes(4, "big")) + _tlv(tags[step], body)))

        with FaultyServer(but(**{step: refer})) as server:
            assert_fails_closed(server.settings(), caplog)
        assert attacker.connections == 0


def test_continuation_references_are_dropped() -> None:
    with FaultyServer(honest) as attacker:
        reference = _tlv(0x73, _tlv(0x04, f"{attacker.url}/{BASE}".encode()))

        def refer(talk: Talk, request: Any) -> None:
            talk.raw(_tlv(0x30, _tlv(0x02, talk.message_id.to_bytes(4, "big")) + reference))
            honest(talk, request)

        with FaultyServer(but(search=refer)) as server:
            assert LdapDirectory(server.settings()).check_password("ewa", PASSWORD) is not None
        assert attacker.connections == 0


def test_a_server_that_cannot_say_who_we_are_shows_our_own_entry_instead() -> None:
    cannot_say = _result_of_extended(2)
    with FaultyServer(but(extended=cannot_say)) as server:
        assert LdapDirectory(server.settings()).check_password("ewa", PASSWORD) is not None


def test_a_server_that_neither_says_who_we_are_nor_shows_our_entry_lets_nobody_in(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def hides_own_entry(talk: Talk, request: Any) -> None:
        if request.scope == pureldap.LDAP_SCOPE_baseObject:
            talk.send(pureldap.LDAPSearchResultDone(resultCode=0))
        else:
            honest(talk, request)

    with FaultyServer(but(extended=_result_of_extended(2), search=hides_own_entry)) as server:
        assert_fails_closed(server.settings(), caplog)


def _result_of_extended(code: int) -> Answer:
    return lambda talk, _request: talk.send(pureldap.LDAPExtendedResponse(resultCode=code))


def test_two_entries_for_one_name_let_neither_in() -> None:
    """Exactly one entry, or nobody (security.md L1)."""

    def twins(talk: Talk, _request: Any) -> None:
        talk.send(person())
        talk.send(person(dn=f"uid=ewa,ou=other,ou=people,{BASE}", uuid=USER_DN))
        talk.send(pureldap.LDAPSearchResultDone(resultCode=0))

    with FaultyServer(but(search=twins)) as server:
        assert LdapDirectory(server.settings()).check_password("ewa", PASSWORD) is None
        assert PASSWORD.encode() not in [password for dn, password in server.binds if dn == USER_DN]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ewa", ""),
        ("ewa", "x" * 1025),
        ("ewa", "ż" * 513),
        ("ewa", "secret\0"),
        ("ewa", "\ud800"),
        ("", PASSWORD),
        ("*", PASSWORD),
        ("ewa)(uid=*", PASSWORD),
        ("e" * 257, PASSWORD),
    ],
)
def test_what_can_be_nobodys_name_or_password_reaches_no_network(name: str, password: str) -> None:
    """An empty one would be let in as nobody, a huge one would burn time (security.md L1, L2, S8)."""
    with FaultyServer(honest) as server:
        assert LdapDirectory(server.settings()).check_password(name, password) is None
        assert server.connections == 0


def test_groups_in_groups_without_end_do_not_hold_a_log_in(caplog: pytest.LogCaptureFixture) -> None:
    names = iter(range(10**9))

    def deeper(talk: Talk, _request: Any) -> None:
        name = f"group {next(names)}"
        entry = pureldap.LDAPSearchResultEntry(
            objectName=f"cn={name},ou=groups,{BASE}", attributes=[("cn", [name])]
        )
        talk.send(entry)
        talk.send(pureldap.LDAPSearchResultDone(resultCode=0))

    with FaultyServer(but(groups=deeper)) as server:
        started = time.monotonic()
        found = LdapDirectory(server.settings()).check_password("ewa", PASSWORD)
        assert time.monotonic() - started < LONGEST_S
        assert found is not None
        assert 10 < len(found.groups) < 1000


def test_a_list_without_end_ends_at_its_time_limit() -> None:
    with FaultyServer(but(search=_endless_entries)) as server:
        started = time.monotonic()
        with pytest.raises(DirectoryUnavailableError):
            list(LdapDirectory(server.settings(list_timeout_s=1)).list_people())
        assert time.monotonic() - started < LONGEST_S


def test_an_entry_without_key_or_name_is_nobody() -> None:
    def nameless(talk: Talk, _request: Any) -> None:
        talk.send(person(uuid="not-a-uuid"))
        talk.send(pureldap.LDAPSearchResultDone(resultCode=0))

    with FaultyServer(but(search=nameless)) as server:
        directory = LdapDirectory(server.settings())
        assert directory.check_password("ewa", PASSWORD) is None
        assert list(directory.list_people()) == []


def _tlv(tag: int, value: bytes) -> bytes:
    return bytes([tag]) + _length(value) + value


def _length(value: bytes) -> bytes:
    return bytes([len(value)]) if len(value) < 128 else b"\x82" + len(value).to_bytes(2, "big")
