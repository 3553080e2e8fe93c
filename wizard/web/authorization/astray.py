"""Coming home without a session: the way back that goes by mail, and tells nobody anything."""

from flask import session

from wizard.extensions import database
from wizard.services import mailing
from wizard.web import limits

LENGTH = 64  # of a digest in hexadecimal


def remember(state: str) -> None:
    """Keep the digest of a state that is not this browser's, whether or not there is such a trip."""
    if state:
        session["astray"] = mailing.state_digest(state)


def can_be_mailed() -> bool:
    """Whether this browser came home with some state."""
    return len(str(session.get("astray", ""))) == LENGTH


def mail_again() -> None:
    """Mail the link once more to the address it went to, if there is one; the same either way."""
    state_hash = str(session.pop("astray", ""))
    if len(state_hash) != LENGTH:
        return
    earlier = mailing.find_astray(database.session, bytes.fromhex(state_hash))
    if earlier and limits.may_mail_again(earlier.its_invitation):
        mailing.mail_again(database.session, earlier)
