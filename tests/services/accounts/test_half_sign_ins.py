"""Sign-ins at half: minutes only, once, and dead when she is shut out or her password changes."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Passkey, SignInWay, User, now
from wizard.services.accounts import half_sign_ins as service
from wizard.services.accounts import sessions, staff


@pytest.fixture
def owner(session: Session, cast: Cast) -> User:
    return session.get_one(User, cast.owner.id)


@pytest.fixture
def half(session: Session, owner: User) -> str:
    token = service.begin(session, owner)
    session.commit()
    return token


def test_a_half_is_no_session(session: Session, owner: User, half: str) -> None:
    assert service.find(session, half) is owner
    assert staff.signed_in(session, half) is None
    assert sessions.places(session, owner, half) == []
    assert service.take(session, half)
    assert not service.take(session, half)
    assert service.find(session, half) is None


def test_a_session_is_no_half(session: Session, owner: User) -> None:
    token = staff.begin_session(session, owner, SignInWay.PASSWORD).token
    session.commit()
    staff.sign_out(session, token)
    assert service.find(session, token) is None
    assert not service.take(session, token)


def test_a_half_lasts_minutes(session: Session, owner: User, half: str) -> None:
    for minutes, found in ((9, owner), (11, None)):
        with time_machine.travel(now() + timedelta(minutes=minutes)):
            assert service.find(session, half) is found


@pytest.mark.parametrize("change", [{"active": False}, {"password_changed_at": now}])
def test_a_half_ends_with_the_account_and_the_password(
    session: Session, owner: User, half: str, change: dict[str, object]
) -> None:
    for name, value in change.items():
        setattr(owner, name, value() if callable(value) else value)
    session.commit()
    assert service.find(session, half) is None


def test_a_passkey_is_a_second_factor_too(session: Session, owner: User) -> None:
    assert not service.has_second_factor(session, owner)
    key = Passkey(
        user_id=owner.id, name="Telefon", credential_id=b"1", public_key=b"2", sign_count=0
    )
    session.add(key)
    session.commit()
    assert service.has_second_factor(session, owner)


def test_a_half_ends_with_the_sessions(session: Session, owner: User, half: str) -> None:
    another = service.begin(session, owner)
    here = staff.begin_session(session, owner, SignInWay.PASSWORD).token
    session.commit()
    assert sessions.end_others(session, owner, here) == 0  # of those that were sessions
    assert service.find(session, half) is service.find(session, another) is None
    assert staff.signed_in(session, here)
