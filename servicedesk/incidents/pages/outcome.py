"""What is said after filing: what was done, who has it now, how to add something."""

from flask import flash
from flask_babel import gettext as _

from servicedesk.incidents.models import Incident
from servicedesk.web.language import current_language


def say_filed(incident: Incident) -> None:
    """Tell the person on the next page that the incident has arrived."""
    team = incident.team.name(current_language())
    if incident.same_as_id is not None:
        words = _(
            "%(number)s is filed and joined to the reports of your colleagues. You will hear by mail when it works again.",
            number=incident.reference,
        )
    else:
        words = _(
            "%(number)s is filed. %(team)s has it now, and you will get each answer by mail.",
            number=incident.reference,
            team=team,
        )
    flash(words)
