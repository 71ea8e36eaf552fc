"""Who is told what about an incident; mails go to the outbox in the same transaction as what they tell of."""

from servicedesk.incidents.models import Incident


def incident_filed(incident: Incident) -> None:
    """Tell the requester that the incident has arrived, what its number is and who has it now."""
