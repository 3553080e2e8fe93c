"""How far a trip is, for the page left behind: a mark that changes, and where to go then."""

from flask import url_for

from wizard.causes import Cause
from wizard.extensions import database
from wizard.models import Authorization, AuthorizationStatus, InvitationKey, now
from wizard.services.authorizations import latest
from wizard.services.visits import end_of
from wizard.web.onboarding import grants

OPEN = (AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING)


def latest_trip(key: InvitationKey) -> Authorization | None:
    """The trip that this browser is on, or follows."""
    return latest(database.session, key, grants.browser())


def is_due(trip: Authorization) -> bool:
    """Whether the check of an open trip may be taken up by whoever comes by."""
    untried = trip.tries == 0
    return trip.status in OPEN and (
        untried or (trip.next_try_at is not None and trip.next_try_at <= now())
    )


def mark(key: InvitationKey, trip: Authorization | None) -> str:
    """A short word that is another one as soon as there is somewhere to go."""
    if end := end_of(key):
        return end.value
    if trip is None:
        return "none"
    return f"{trip.id}-{trip.status.value}{'-due' if is_due(trip) else ''}"


def destination(key: InvitationKey, trip: Authorization | None) -> str | None:
    """Where the page left behind goes when the mark has changed."""
    public_id = key.invitation.public_id
    if trip and trip.status is AuthorizationStatus.SUCCEEDED:
        return url_for("authorization.receipt", public_id=public_id)
    came_second = trip is not None and trip.cause == Cause.ALREADY_CONNECTED
    if end_of(key) and not came_second:  # who came second is told so, and not only that it is done
        return url_for("onboarding.resume", public_id=public_id)
    if trip and trip.status in OPEN:
        return url_for("authorization.check", public_id=public_id)
    if trip and trip.status is AuthorizationStatus.FAILED:
        return url_for("authorization.cause", public_id=public_id)
    return None
