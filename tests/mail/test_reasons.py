"""Why a mail could not be sent: what servers and systems really say, and the sentence that people read."""

import smtplib
import socket
import ssl

import pytest

from servicedesk.mail import rules

UNKNOWN = "The mail server does not know the address."
FULL = "The mailbox is full or takes no mail."
UNWANTED = "The mail server refused the mail as unwanted."
UNREACHABLE = "The mail server could not be reached."
LOCKED_OUT = "The mail server refused the desk's own user name or password."
LATER = "The mail server asked to try later each time."
REFUSED = "The mail server did not take the mail."


@pytest.mark.parametrize(
    ("code", "words", "sentence"),
    [
        (550, b"5.1.1 <ewa@example.com>: Recipient address rejected: User unknown", UNKNOWN),
        (550, b"No such user here", UNKNOWN),
        (550, b"5.2.2 mailbox full", FULL),
        (552, b"Requested mail action aborted: exceeded storage allocation", FULL),
        (550, b"5.7.1 Message rejected as spam", UNWANTED),
        (554, b"Transaction failed", UNWANTED),
        (451, b"4.3.0 Try again later", LATER),
        (421, b"Too many connections", LATER),
        (452, b"4.2.2 Over quota", FULL),
        (500, b"Syntax error", REFUSED),
    ],
)
def test_an_answer_of_the_server_becomes_a_sentence(code: int, words: bytes, sentence: str) -> None:
    said = [
        smtplib.SMTPRecipientsRefused({"ewa@example.com": (code, words)}),
        smtplib.SMTPDataError(code, words),
        smtplib.SMTPSenderRefused(code, words, "desk@example.com"),
    ]
    assert [rules.reason(str(error)) for error in said] == [sentence] * 3


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ConnectionRefusedError(111, "Connection refused"), UNREACHABLE),
        (TimeoutError("timed out"), UNREACHABLE),
        (socket.gaierror(-2, "Name or service not known"), UNREACHABLE),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), UNREACHABLE),
        (smtplib.SMTPConnectError(421, "Too busy"), UNREACHABLE),
        (ssl.SSLCertVerificationError("certificate verify failed"), "The mail server's certificate could not be trusted."),
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 Authentication failed"), LOCKED_OUT),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."), REFUSED),
    ],
)  # fmt: skip
def test_a_broken_connection_becomes_a_sentence(error: Exception, sentence: str) -> None:
    assert rules.reason(f"{type(error).__name__}: {error}") == sentence


@pytest.mark.parametrize(
    "words",
    ["The recipient's mail address cannot be used.", "The mail could not be written to its directory."],
)
def test_our_own_reasons_stay_as_they_are(words: str) -> None:
    assert rules.reason(words) == words


def test_whatever_else_is_said_is_a_refusal() -> None:
    for words in ("", "???", "{'a': 1}", "(999"):
        assert rules.reason(words) == REFUSED
