"""The progress of an authorization, polled by the waiting page."""

from flask import url_for

from wizard.causes import Cause
from wizard.extensions import database
from wizard.models import UNFINISHED, Authorization, AuthorizationStatus, InvitationKey
from wizard.services.authorizations.code_flow import deciding
from wizard.services.crypto.digests import digest
from wizard.services.invitations.visits import end_of
from wizard.web.onboarding import held_links


def deciding_authorization(key: InvitationKey) -> Authorization | None:
    """The authorization that decides what this browser shows, whichever of its windows came back."""
    return deciding(database.session, key, held_links.browser())


def mark(key: InvitationKey, authorization: Authorization | None) -> str:
    """A short token that changes when the waiting page should move on."""
    if end := end_of(key):
        return end.value
    if authorization is None:
        return "none"
    return (
        f"{authorization.id}-{authorization.status.value}{'-due' if authorization.is_due else ''}"
    )


def destination(key: InvitationKey, authorization: Authorization | None) -> str | None:
    """The page to go to when the mark has changed; None to stay."""
    public_id = key.invitation.public_id
    if authorization and authorization.status is AuthorizationStatus.SUCCEEDED:
        return url_for("authorization.receipt", public_id=public_id)
    came_second = authorization is not None and authorization.cause == Cause.ALREADY_CONNECTED
    if end_of(key) and not came_second:  # a second approver gets a page that says so
        return url_for("onboarding.resume", public_id=public_id)
    if authorization and authorization.status in UNFINISHED:
        return url_for("authorization.check", public_id=public_id)
    if authorization and authorization.status is AuthorizationStatus.FAILED:
        return url_for("authorization.cause", public_id=public_id)
    if authorization and authorization.browser_hash == digest(held_links.browser()):
        return url_for("authorization.check", public_id=public_id)  # the companion of who is away
    return None
