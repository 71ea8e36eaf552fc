"""A small shelf of articles and resolved incidents to search in."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from servicedesk.search.engine import SearchEngine
from servicedesk.search.texts import ArticleText, IncidentText
from servicedesk.search.writer import IndexWriter

KEY = "a-test-key-0123456789-abcdefghijklmnop"
_FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)


def article(
    number: int, title: str, body: str = "", *, language: str = "en", keywords: Iterable[str] = ()
) -> ArticleText:
    """Return an article with little in it."""
    return ArticleText(number, language, title, "", tuple(keywords), "", body)


def incident(
    number: int,
    title: str,
    solved_by: Iterable[int] = (),
    *,
    body: str = "",
    language: str = "en",
    category: int | None = None,
    requester: int | None = None,
) -> IncidentText:
    """Return a resolved incident, a day later for each number."""
    created_at = _FIRST_DAY + timedelta(days=number)
    return IncidentText(
        number, language, title, body, tuple(solved_by), category, created_at, requester or number
    )


PASSWORD, VPN, PRINTER, HASLO, SECRET = 1, 2, 3, 4, 5
ARTICLES = (
    article(PASSWORD, "Reset your password", "Open the sign-in page and choose: I forgot my password."),
    article(
        VPN, "Connect from home with VPN", "Install the client. Error 0x80070005 means the token expired."
    ),
    article(PRINTER, "Printer shows offline", "Switch it off and on. Check the Wi-Fi of the printer."),
    article(HASLO, "Zmiana hasła", "Otwórz stronę logowania i ustaw nowe hasło.", language="pl"),
    article(SECRET, "Merger with Initech", "Only for the board: the acquisition closes in May."),
)
EVERYTHING = frozenset(one.id for one in ARTICLES)
READABLE = EVERYTHING - {SECRET}
INCIDENTS = (
    incident(1, "locked out after the long weekend", [PASSWORD], category=7),
    incident(2, "account locked, cannot log on", [PASSWORD], category=7),
    incident(3, "nothing comes out, paper is there", [PRINTER], category=8),
    incident(4, "what is happening with the takeover", [SECRET], category=9),
    incident(5, "locked out of my account since the weekend", [PASSWORD], category=7),
    incident(6, "the takeover is happening", [SECRET], category=9),
    incident(7, "happening: a takeover", [SECRET], category=9),
)


def write(
    path: Path,
    articles: Iterable[ArticleText] = ARTICLES,
    incidents: Iterable[IncidentText] = INCIDENTS,
    *,
    dictionaries: Path | None = None,
    key: str = KEY,
) -> IndexWriter:
    """Write an index of these texts."""
    writer = IndexWriter(path, secret_key=key, dictionaries=dictionaries)
    writer.rebuild(articles, incidents)
    return writer


def reader(path: Path) -> SearchEngine:
    """Return an engine that has not opened anything yet."""
    return SearchEngine(path, secret_key=KEY)
