"""The one way to give an account a password, wherever it is chosen, and to act on one that was shown."""

from sqlalchemy.orm import Session

from wizard.models import User, now
from wizard.services.crypto.passwords import check_password, hash_password, verify_password

HELD = ["active", "must_change_password", "password_hash"]


def choose_password(user: User, password: str) -> None:
    """Give the account this password, if it is good enough for its owner. The caller commits.

    Raises PasswordRefusedError. Ends no session and writes no entry: that differs from place to place.
    """
    check_password(password, words_of(user))
    user.password_hash = hash_password(password)
    user.password_changed_at = now()
    user.must_change_password = False


def still_opens(session: Session, user: User, verified: str | None, password: str) -> bool:
    """Whether a password is the account's still, and the account open; ``verified`` is the hash it matched.

    Holds the account until the caller commits: a change of password that comes meanwhile waits, and
    ends what the caller has begun; one that came first is found here. Only another hash is verified anew.
    """
    session.refresh(user, HELD, with_for_update={"key_share": True})
    stored = user.password_hash
    return user.active and (stored == verified or verify_password(stored, password))


def words_of(user: User) -> list[str]:
    """What says who she is, and is therefore guessed first: her name, her address, her firm, her phone."""
    firm = user.firm.name if user.firm else ""
    return [user.name, user.email, firm, user.phone or ""]
