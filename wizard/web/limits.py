"""Limits on what can be pressed again and again, counted for all web processes together."""

from datetime import timedelta

from werkzeug.exceptions import TooManyRequests

from wizard.extensions import database
from wizard.models import Invitation
from wizard.services.rate_limits import hit

HOUR = timedelta(hours=1)
LINKS_AN_HOUR = 30
TRIPS_AN_HOUR = 200


def links(invitation: Invitation) -> None:
    """So many links to one invitation may be made in an hour; TooManyRequests after that."""
    _limit("links", invitation, LINKS_AN_HOUR)


def trips(invitation: Invitation) -> None:
    """So many trips to the provider may be begun in an hour; TooManyRequests after that."""
    _limit("trips", invitation, TRIPS_AN_HOUR)


def _limit(name: str, invitation: Invitation, times: int) -> None:
    found = hit(database.session, name, invitation.public_id, times, HOUR)
    if not found.allowed:
        raise TooManyRequests(retry_after=found.retry_after)
