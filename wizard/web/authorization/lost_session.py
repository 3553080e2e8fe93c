"""A callback without its session: the link can be mailed again, without revealing anything."""

from flask import session

from wizard.extensions import database
from wizard.services.invitations import mailing
from wizard.web import limits

LENGTH = 64  # of a SHA-256 digest in hexadecimal


def remember(state: str) -> None:
    """Keep the digest of a state that this browser did not begin, known to us or not."""
    if state:
        session["astray"] = mailing.state_digest(state)


def can_be_mailed() -> bool:
    """True if this browser came to the callback with a state that is not its own."""
    return len(str(session.get("astray", ""))) == LENGTH


def mail_again() -> None:
    """Mail the link again to its earlier recipient, if any; the caller cannot tell if there was one."""
    state_hash = str(session.pop("astray", ""))
    if len(state_hash) != LENGTH:
        return
    earlier = mailing.find_astray(database.session, bytes.fromhex(state_hash))
    if earlier and limits.may_mail_again(earlier.its_invitation):
        mailing.mail_again(database.session, earlier)
