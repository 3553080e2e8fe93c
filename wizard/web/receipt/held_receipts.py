"""Held receipts: those whose keys are in a browser's session, and those of what it approved."""

from flask import session

from wizard.extensions import database
from wizard.models import Invitation, ReceiptKey
from wizard.services.consents import receipts
from wizard.services.consents.receipts import Held
from wizard.web.onboarding import held_links

MOST = 50
TO_ALL = "consents"  # session key: the key to all that an address has approved


def add(key: ReceiptKey) -> None:
    """Add the receipt key to the browser's session."""
    kept = [key_id for key_id in key_ids() if key_id != key.id]
    session["receipts"] = [*kept, key.id][-MOST:]
    session.permanent = True


def granted(number: str) -> Held | None:
    """The consent whose receipt has this number, if this browser holds its key or gave it, or a key to all."""
    browser = held_links.browser_if_known()
    return receipts.held_consent(database.session, number, key_ids(), browser, to_all())


def granted_to(invitation: Invitation) -> Held | None:
    """The consent that this invitation led to, if this browser holds its receipt's key or gave it."""
    return receipts.held_consent_to(
        database.session, invitation.id, key_ids(), held_links.browser_if_known()
    )


def key_ids() -> list[int]:
    """The ids of the held keys, newest last."""
    return [key_id for key_id in session.get("receipts", []) if isinstance(key_id, int)]


def to_all() -> int | None:
    """The id of the held key to all that an address has approved."""
    key_id = session.get(TO_ALL)
    return key_id if isinstance(key_id, int) else None
