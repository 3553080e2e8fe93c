"""One's own account: what is changed is written down, and a new password ends all else."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from wizard.models import AuditAction, AuditEntry, User
from wizard.services.accounts import own_account, staff
from wizard.services.accounts.account_links import SamePasswordError
from wizard.services.accounts.firms import PhoneInvalidError
from wizard.services.accounts.own_account import Details, PasswordWrongError
from wizard.services.accounts.staff import TooManyTriesError
from wizard.services.crypto.passwords import PasswordRefusedError

HOME = "192.0.2.1"
NEW = "katten simmar i tvättmaskinen"


@pytest.fixture
def owner(session: Session, cast: Cast) -> User:
    return session.get_one(User, cast.owner.id)


def test_details_are_changed_and_what_was_before_is_written_down(
    session: Session, owner: User
) -> None:
    own_account.change_details(session, owner, Details("Olga  Ask", "070-1 234 567", True, "en"))
    assert (owner.name, owner.phone, owner.phone_shown, owner.language) == (
        "Olga Ask",
        "070-1 234 567",
        True,
        "en",
    )
    entry = session.scalars(select(AuditEntry)).one()
    assert entry.action is AuditAction.ACCOUNT_CHANGED
    assert entry.before == {
        "name": "Olga Ek",
        "phone": None,
        "phone_shown": False,
        "language": None,
    }
    own_account.change_details(session, owner, Details("Olga Ask", "", True, ""))
    assert (owner.phone, owner.phone_shown, owner.language) == (None, False, None)
    own_account.change_details(session, owner, Details("Olga Ask", "", False, ""))
    assert len(session.scalars(select(AuditEntry)).all()) == 2


def test_a_number_that_is_none_changes_nothing(session: Session, owner: User) -> None:
    with pytest.raises(PhoneInvalidError):
        own_account.change_details(session, owner, Details("Olga Ask", "ring", False, ""))
    session.rollback()
    assert session.get_one(User, owner.id).name == "Olga Ek"


def test_a_new_password_ends_every_session_but_this(session: Session, owner: User) -> None:
    here, there = (staff.sign_in(session, owner.email, PASSWORD, HOME).token for _ in range(2))
    assert own_account.change_password(session, owner, here, PASSWORD, NEW) == 1
    assert staff.signed_in(session, here)
    assert staff.signed_in(session, there) is None
    assert staff.sign_in(session, owner.email, NEW, HOME)
    entries = session.scalars(select(AuditEntry.action)).all()
    assert AuditAction.PASSWORD_CHANGED in entries


def test_a_password_needs_the_old_one_and_is_another(session: Session, owner: User) -> None:
    with pytest.raises(PasswordWrongError):
        own_account.change_password(session, owner, "", "wrong", NEW)
    with pytest.raises(SamePasswordError):
        own_account.change_password(session, owner, "", PASSWORD, PASSWORD)
    with pytest.raises(PasswordRefusedError):
        own_account.change_password(session, owner, "", PASSWORD, "Password1234!")
    session.rollback()
    assert staff.sign_in(session, owner.email, PASSWORD, HOME)


@pytest.mark.usefixtures("half_past")
def test_the_old_password_is_not_guessed_for_ever(session: Session, owner: User) -> None:
    for _ in range(own_account.TRIES):
        with pytest.raises(PasswordWrongError):
            own_account.change_password(session, owner, "", "wrong", NEW)
    with pytest.raises(TooManyTriesError):
        own_account.change_password(session, owner, "", PASSWORD, NEW)
