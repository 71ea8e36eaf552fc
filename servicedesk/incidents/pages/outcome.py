"""What is said after filing: what was done, who has it now, how to add something."""

from flask_babel import gettext as _

from servicedesk.incidents.models import Incident
from servicedesk.web.language import current_language


def words_for_filed(incident: Incident) -> str:
    """Return the words for the next page. Made before the commit, after which each name would be read anew."""
    team = incident.team.name(current_language())
    if incident.same_as_id is not None:
        return _(
            "%(number)s is filed and joined to the reports of your colleagues. You will hear by mail when it works again.",
            number=incident.reference,
        )
    return _(
        "%(number)s is filed. %(team)s has it now, and you will get each answer by mail.",
        number=incident.reference,
        team=team,
    )
