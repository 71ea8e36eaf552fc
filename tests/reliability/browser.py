"""A browser without a window: cookies, forms and uploads over plain HTTP, and a difference between no answer and half of one."""

import http.client
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPMessage
from urllib.parse import urlencode

from tests.browser.product import Account

_TIMEOUT_S = 60
_INCIDENT = re.compile(r"/incidents/(\d+)$")


class NoAnswerError(Exception):
    """The connection was refused or closed before the first byte of an answer."""


class NotNowError(Exception):
    """The answer is "not available right now"."""


class HalfAnswerError(NoAnswerError):
    """The answer began and was cut."""


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()

    @property
    def number(self) -> str:
        """The number under which the product has logged the request."""
        return self.headers["X-Request-ID"]

    @property
    def incident(self) -> int:
        """The incident to which it leads. Raises AssertionError when it leads elsewhere."""
        found = _INCIDENT.search(self.headers.get("Location", ""))
        assert self.status == 303, f"{self.status}: {self.text[:2000]}"
        assert found, self.headers
        return int(found[1])


@dataclass(frozen=True)
class Upload:
    """A file to send with a form."""

    name: str
    content: bytes
    field: str = "files"


class Browser:
    """One person's browser. Each request has a connection of its own."""

    def __init__(self, url: str, *, timeout_s: float = _TIMEOUT_S) -> None:
        """Open it; nobody is signed in."""
        self._timeout_s = timeout_s
        self._address = url.removeprefix("http://")
        self._cookies: dict[str, str] = {}
        self._token = ""

    def sign_in(self, account: Account) -> None:
        """Sign in if that was not done before, and keep the token that forms need. Raises NotNowError."""
        page = self._available(self.get("/login"))
        if page.status == 200:
            self._token = _token_of(page.text)
            fields = {"username": account["name"], "password": account["password"]}
            answer = self._available(self.post("/login", fields))
            assert answer.status == 303, f"{answer.status}: {answer.text[:2000]}"
        self._token = _token_of(self._available(self.get("/incidents/new")).text)

    def get(self, path: str) -> Answer:
        """Ask for a page. Raises NoAnswerError, HalfAnswerError."""
        return self._ask("GET", path, b"", {})

    def post(self, path: str, fields: Mapping[str, str], *uploads: Upload) -> Answer:
        """Send a form, the token included. Raises NoAnswerError, HalfAnswerError."""
        fields = {**fields, "csrf_token": self._token}
        if not uploads:
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = _multipart(fields, uploads)
        return self._ask("POST", path, body, {"Content-Type": kind})

    def file(self, text: str, key: str, *uploads: Upload, **more: str) -> Answer:
        """Send the second half of the form."""
        fields = {"text": text, "title": "", "impact": "3", "urgency": "2", "key": key, **more}
        return self.post("/incidents", fields, *uploads)

    def _available(self, answer: Answer) -> Answer:
        if answer.status == 503:
            raise NotNowError(answer.text[:2000])
        return answer

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection(self._address, timeout=self._timeout_s)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        try:
            try:
                connection.request(
                    method, path, body or None, {**headers, "Cookie": cookies, "Connection": "close"}
                )
                response = connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                raise NoAnswerError(f"{method} {path}: {error!r}") from error
            try:
                content = response.read()
            except (OSError, http.client.HTTPException) as error:
                raise HalfAnswerError(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return Answer(response.status, response.headers, content)


def _token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[:2000]
    return found[1]


def _multipart(fields: Mapping[str, str], uploads: tuple[Upload, ...]) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    parts = [f'{head}{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    parts += [
        f'{head}{upload.field}"; filename="{upload.name}"\r\nContent-Type: text/plain\r\n\r\n'.encode()
        + upload.content
        + b"\r\n"
        for upload in uploads
    ]
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"
