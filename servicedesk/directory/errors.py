"""What can go wrong with the company directory."""

from servicedesk.errors import N_, UnavailableError


class DirectoryUnavailableError(UnavailableError):
    """No directory server gave an answer that can be trusted. Nobody is let in because of it."""

    def __init__(self) -> None:
        """Speak to the person at the log-in page; the reason stands in the log."""
        super().__init__(N_("The company directory does not answer. Try again in a few minutes."))


class AnswerUnusableError(DirectoryUnavailableError):
    """The directory answers, but what it says about this one question cannot be used; about others it may."""


class ServerFailedError(Exception):
    """One server failed, the next may do better. `reason` is safe to log: it quotes no word of the server."""

    def __init__(self, reason: str) -> None:
        """Keep the reason for the log."""
        super().__init__(reason)
        self.reason = reason


class UnusableAnswerError(ServerFailedError):
    """A server's answer to one question is too long or cannot be read. It says nothing about the server."""
