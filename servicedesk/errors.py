"""What can go wrong, without HTTP. Each message is a sentence the person at the screen may read.

A module that needs a more telling error subclasses one of these; `web/error_pages.py` maps the
classes below to HTTP, so a subclass is mapped with its parent.
"""


def N_(sentence: str) -> str:  # noqa: N802 - gettext's customary name for "translate this later".
    """Mark a sentence for translation; whoever shows it translates it."""
    return sentence


class ServiceDeskError(Exception):
    """The root of everything this product raises on purpose."""


class NotFoundError(ServiceDeskError):
    """It is not there, or the person may not know that it is (404)."""


class NotAllowedError(ServiceDeskError):
    """The person sees it but may not do this with it (403)."""


class InvalidInputError(ServiceDeskError):
    """What was sent cannot be used; the message says what to do (422)."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        """Name the form field that the message stands beside, if one is to blame."""
        super().__init__(message)
        self.field = field


class ConflictError(ServiceDeskError):
    """Somebody else changed it meanwhile (409)."""


class UnsupportedTypeError(ServiceDeskError):
    """It came in a form that is not taken here; the message names what is (415)."""


class TooManyAttemptsError(ServiceDeskError):
    """A limit was reached; try again after `retry_after_s` seconds (429)."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        """Say how long to wait."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnavailableError(ServiceDeskError):
    """A system that we need does not answer; nothing was lost (503)."""
