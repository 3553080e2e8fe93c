"""Which receipts a browser may open: the keys it has followed, in its session."""

from flask import session

from wizard.extensions import database
from wizard.models import Consent, ReceiptKey
from wizard.services import receipts

MOST = 50


def add(key: ReceiptKey) -> None:
    """Let this browser open the receipt from now on."""
    kept = [key_id for key_id in key_ids() if key_id != key.id]
    session["receipts"] = [*kept, key.id][-MOST:]
    session.permanent = True


def granted(number: str) -> Consent | None:
    """The receipt of this number, if this browser may open it."""
    return receipts.granted_consent(database.session, key_ids(), number)


def key_ids() -> list[int]:
    """The keys, by their ids, the one followed last at the end."""
    return [key_id for key_id in session.get("receipts", []) if isinstance(key_id, int)]
