"""The HTML pages of incidents, a module for each place: filing, one's own, one incident, the queue, working on one."""

from servicedesk.incidents.pages import (
    answers,
    ask,
    failed_mails,
    filing,
    followers,
    history,
    known_problems,
    mine,
    queue,
    resolving,
    show,
    show_requester,
    uploads,
    work,
)
from servicedesk.incidents.pages.blueprint import blueprint

__all__ = [
    "answers",
    "ask",
    "blueprint",
    "failed_mails",
    "filing",
    "followers",
    "history",
    "known_problems",
    "mine",
    "queue",
    "resolving",
    "show",
    "show_requester",
    "uploads",
    "work",
]
