"""What people change of their own account: name, telephone, language and password."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from wizard.models import AuditAction, User, now
from wizard.models.api import STOCKHOLM
from wizard.services.accounts import sessions
from wizard.services.accounts.account_links import SamePasswordError, note_change
from wizard.services.accounts.chosen_passwords import choose_password, still_opens
from wizard.services.accounts.firms import clean_phone, own_of
from wizard.services.accounts.shutting_out import end_links
from wizard.services.accounts.staff import WINDOW, TooManyTriesError
from wizard.services.audit.trail import about_user, changes, record
from wizard.services.crypto.passwords import verify_password
from wizard.services.throttling import rate_limits
from wizard.services.values.own_words import Own, fair_name

TRIES = 10  # of the old password, within the window of sign-in


class PasswordWrongError(Exception):
    """The password that was given as the present one is another."""


@dataclass(frozen=True)
class Details:
    """What she writes about herself; an empty phone is none, an empty language is the browser's."""

    name: str
    phone: str
    phone_shown: bool
    language: str
    daily_summary: bool = False


def own_words_of(user: User) -> Own:
    """The addresses that she may name though they are addresses: her own and her firm's."""
    return own_of(user.firm, user) if user.firm else Own.of(user.email)


def change_details(session: Session, user: User, details: Details) -> None:
    """Change them. Commits. Raises NameInvalidError, WordsUnfairError or PhoneInvalidError."""
    before = _details(user)
    name = fair_name(details.name, own_words_of(user))
    phone = clean_phone(details.phone) if details.phone else None
    user.name, user.phone = name, phone
    user.phone_shown = details.phone_shown and phone is not None
    user.language = details.language or None
    if details.daily_summary and not user.daily_summary:
        user.summed_up_on = now().astimezone(STOCKHOLM).date()  # the first comes tomorrow
    user.daily_summary = details.daily_summary
    was, became = changes(before, _details(user))
    if became:
        record(session, AuditAction.ACCOUNT_CHANGED, about_user(user), before=was, after=became)
    session.commit()


def choose_columns(session: Session, user: User, columns: Sequence[str] | None) -> None:
    """Remember which columns of lists she wants to see; None: the usual ones. Commits."""
    user.list_columns = None if columns is None else list(columns)
    session.commit()


def change_password(session: Session, user: User, token: str, old: str, new: str) -> int:
    """Change the password, and end every session but the one with this secret; returns their number.

    Commits. Her mailed links end too, and she is mailed that it was changed.
    Raises PasswordWrongError, TooManyTriesError, SamePasswordError or PasswordRefusedError.
    """
    found = rate_limits.hit(session, "old_password", user.public_id, TRIES, WINDOW)
    if not found.allowed:
        raise TooManyTriesError(found.retry_after)
    stored = user.password_hash
    if not verify_password(stored, old):
        raise PasswordWrongError
    rate_limits.take_back(session, "old_password", user.public_id, WINDOW)
    session.commit()
    if not still_opens(session, user, stored, old):
        raise PasswordWrongError  # changed meanwhile, perhaps to shut out who presses here
    if verify_password(user.password_hash, new):
        raise SamePasswordError
    choose_password(user, new)
    end_links(session, user)
    note_change(session, user)
    return sessions.end_others(session, user, token)


def _details(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "phone": user.phone,
        "phone_shown": user.phone_shown,
        "language": user.language,
        "daily_summary": user.daily_summary,
    }
