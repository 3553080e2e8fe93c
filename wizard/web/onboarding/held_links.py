"""Held links: the invitations a browser may open, kept in its session, and the browser's id."""

import secrets

from flask import session

from wizard.extensions import database
from wizard.models import InvitationKey
from wizard.services.invitations import visits

MOST = 50  # a consultant has several; a cookie holds 4 kB


def add(key: InvitationKey) -> None:
    """Add the link to the browser's session."""
    kept = [key_id for key_id in _key_ids() if key_id != key.id]
    session["grants"] = [*kept, key.id][-MOST:]
    session.permanent = True
    browser()


def granted(public_id: str) -> InvitationKey | None:
    """The link this browser holds to the invitation, even one that has ended; None without one."""
    return visits.held_key(database.session, _key_ids(), public_id)


def newest() -> InvitationKey | None:
    """The link this browser followed last."""
    key_ids = _key_ids()
    return database.session.get(InvitationKey, key_ids[-1]) if key_ids else None


def browser() -> str:
    """A secret id of this browser, so that no other browser can finish its authorization."""
    if "browser" not in session:
        session["browser"] = secrets.token_urlsafe(16)
    return str(session["browser"])


def browser_if_known() -> str | None:
    """The id of this browser, if it has ever opened a link; gives it none."""
    return session.get("browser")


def _key_ids() -> list[int]:
    return [key_id for key_id in session.get("grants", []) if isinstance(key_id, int)]
