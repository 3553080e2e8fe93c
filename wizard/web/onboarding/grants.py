"""What a browser may open: the links it has followed, in its session, and which browser it is."""

import secrets

from flask import session

from wizard.extensions import database
from wizard.models import InvitationKey
from wizard.services import visits

MOST = 50  # a consultant has several; the cookie has 4 kB


def add(key: InvitationKey) -> None:
    """Let this browser open the link's invitation from now on."""
    kept = [key_id for key_id in _key_ids() if key_id != key.id]
    session["grants"] = [*kept, key.id][-MOST:]
    session.permanent = True
    browser()


def granted(public_id: str) -> InvitationKey | None:
    """The browser's link to this invitation, ended or not; None when it has none."""
    return visits.granted_key(database.session, _key_ids(), public_id)


def newest() -> InvitationKey | None:
    """The link this browser followed last."""
    key_ids = _key_ids()
    return database.session.get(InvitationKey, key_ids[-1]) if key_ids else None


def browser() -> str:
    """A secret that tells this browser from others, so that only it can finish its own trip."""
    if "browser" not in session:
        session["browser"] = secrets.token_urlsafe(16)
    return str(session["browser"])


def _key_ids() -> list[int]:
    return [key_id for key_id in session.get("grants", []) if isinstance(key_id, int)]
