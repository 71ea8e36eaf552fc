"""The HTML pages of incidents, a module for each place: filing, one's own, one incident, the queue, working on one."""

from servicedesk.incidents.pages import mine, queue
from servicedesk.incidents.pages.blueprint import blueprint

__all__ = ["blueprint", "mine", "queue"]
