"""Score a response's headers like Mozilla's Observatory (src/grader/charts.js), with the table that security.md gives."""

import re
from collections.abc import Sequence

from werkzeug.datastructures import Headers

SIX_MONTHS_S = 15_768_000
_PRIVATE_REFERRERS = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")


def policy(headers: Headers) -> dict[str, list[str]]:
    """Return the content security policy by directive."""
    parts = [part.split() for part in headers.get("Content-Security-Policy", "").split(";") if part.strip()]
    return {words[0]: words[1:] for words in parts}


def score(headers: Headers, *, redirects_to_https: bool) -> int:
    """Return the score: 100 and more is A+. Bonus points count from 90 on."""
    penalties = _policy_penalty(policy(headers)) + _transport_penalty(
        headers, redirects_to_https=redirects_to_https
    )
    penalties += 20 if not _forbids_framing(headers) else 0
    penalties += 5 if headers.get("X-Content-Type-Options") != "nosniff" else 0
    penalties += _cookie_penalty(headers.getlist("Set-Cookie"))
    if headers.get("Access-Control-Allow-Origin") == "*" and headers.get("Access-Control-Allow-Credentials"):
        penalties += 50
    base = 100 - penalties
    return base + _bonus(headers) if base >= 90 else base


def _policy_penalty(csp: dict[str, list[str]]) -> int:
    if not csp:
        return 25
    scripts = csp.get("script-src", csp.get("default-src", ["*"]))
    is_unsafe = {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"} & set(scripts)
    return 20 if is_unsafe else 0


def _transport_penalty(headers: Headers, *, redirects_to_https: bool) -> int:
    found = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    penalty = 20 if found is None else 10 if int(found[1]) < SIX_MONTHS_S else 0
    return penalty + (0 if redirects_to_https else 20)


def _forbids_framing(headers: Headers) -> bool:
    return headers.get("X-Frame-Options") in ("DENY", "SAMEORIGIN") or "frame-ancestors" in policy(headers)


def _cookie_penalty(cookies: Sequence[str]) -> int:
    penalty = 0
    for cookie in cookies:
        attributes = _attributes(cookie)
        penalty = max(
            penalty, 40 if "secure" not in attributes else 30 if "httponly" not in attributes else 0
        )
    return penalty


def _attributes(cookie: str) -> set[str]:
    return {part.strip().lower().partition("=")[0] for part in cookie.split(";")[1:]}


def _bonus(headers: Headers) -> int:
    csp = policy(headers)
    bonus = 0
    is_closed = csp.get("default-src") == ["'none'"] and csp.get("form-action", [""])[0] in (
        "'none'",
        "'self'",
    )
    bonus += 10 if is_closed and "unsafe" not in str(csp) else 0
    cookies = [_attributes(cookie) for cookie in headers.getlist("Set-Cookie")]
    bonus += 5 if all({"secure", "httponly", "samesite"} <= attributes for attributes in cookies) else 0
    bonus += 5 if headers.get("Referrer-Policy") in _PRIVATE_REFERRERS else 0
    bonus += 5 if csp.get("frame-ancestors") == ["'none'"] else 0
    bonus += 10 if headers.get("Cross-Origin-Resource-Policy") == "same-origin" else 0
    bonus += 10 if headers.get("Cross-Origin-Opener-Policy") == "same-origin" else 0
    bonus += 10 if headers.get("Cross-Origin-Embedder-Policy") == "require-corp" else 0
    return bonus
