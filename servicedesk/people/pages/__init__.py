"""Log-in, profile, one's own sessions, and what admins should know."""

from servicedesk.people.pages import colleagues, log_in, profile, security_events, web_sessions
from servicedesk.people.pages.blueprint import blueprint

__all__ = ["blueprint", "colleagues", "log_in", "profile", "security_events", "web_sessions"]
