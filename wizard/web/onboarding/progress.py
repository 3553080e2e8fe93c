"""How far a trip is, for the page left behind: a mark that changes, and where to go then."""

from flask import url_for

from wizard.models import Authorization, AuthorizationStatus, InvitationKey, now
from wizard.services.visits import end_of

OPEN = (AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING)


def mark(trip: Authorization | None) -> str:
    """A short word that is another one as soon as there is somewhere to go."""
    if trip is None:
        return "none"
    due = trip.status in OPEN and trip.next_try_at is not None and trip.next_try_at <= now()
    return f"{trip.id}-{trip.status.value}{'-due' if due else ''}"


def destination(key: InvitationKey, trip: Authorization | None) -> str | None:
    """Where the page left behind goes when the mark has changed."""
    public_id = key.invitation.public_id
    if trip and trip.status is AuthorizationStatus.SUCCEEDED:
        return url_for("authorization.receipt", public_id=public_id)
    if end_of(key):
        return url_for("onboarding.resume", public_id=public_id)
    if trip and trip.status in OPEN:
        return url_for("authorization.check", public_id=public_id)
    if trip and trip.status is AuthorizationStatus.FAILED:
        return url_for("authorization.cause", public_id=public_id)
    return None
