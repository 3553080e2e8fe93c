"""The one way to give an account a password, wherever it is chosen."""

from wizard.models import User, now
from wizard.services.crypto.passwords import check_password, hash_password


def choose_password(user: User, password: str) -> None:
    """Give the account this password, if it is good enough for its owner. The caller commits.

    Raises PasswordRefusedError. Ends no session and writes no entry: that differs from place to place.
    """
    check_password(password, words_of(user))
    user.password_hash = hash_password(password)
    user.password_changed_at = now()
    user.must_change_password = False


def words_of(user: User) -> list[str]:
    """What says who she is, and is therefore guessed first: her name, her address, her firm, her phone."""
    firm = user.firm.name if user.firm else ""
    return [user.name, user.email, firm, user.phone or ""]
