"""The signed cookie that forms are checked against: it has no age, so no clock can make a form that is open worthless."""

from flask import Flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request
from itsdangerous import BadSignature


class FormCookies(SecureCookieSessionInterface):
    """Flask's own would take a cookie from a time to come for a forged one. Being signed in is another cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds, whenever it was signed."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        try:
            held = serializer.loads(request.cookies.get(self.get_cookie_name(app), ""))
        except BadSignature:
            held = {}
        return SecureCookieSession(held)
