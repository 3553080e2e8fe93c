"""Proving again who one is: by password or code, limited, for 15 minutes."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from tests.support.codes import code_of
from wizard.models import AuditAction, AuditEntry, SignInWay, User, now
from wizard.services.accounts import confirmation as service
from wizard.services.accounts import second_factor, sessions, staff
from wizard.services.accounts.own_account import PasswordWrongError
from wizard.services.accounts.second_factor import CodeWrongError
from wizard.services.accounts.staff import TooManyTriesError
from wizard.services.crypto.passwords import hash_password
from wizard.services.crypto.vault import Vault

pytestmark = pytest.mark.usefixtures("half_past")


@pytest.fixture
def vault(app: Flask) -> Vault:
    found: Vault = app.extensions["vault"]
    return found


@pytest.fixture
def owner(session: Session, cast: Cast) -> User:
    return session.get_one(User, cast.owner.id)


@pytest.fixture
def token(session: Session, owner: User) -> str:
    """Of a session that nothing has been proved in: she came from the platform."""
    begun = staff.begin_session(session, owner, SignInWay.HANDOVER)
    session.commit()
    return begun.token


def is_confirmed(session: Session, token: str) -> bool:
    session.expire_all()
    found = sessions.find(session, token)
    assert found
    return service.is_recent(found.confirmed_at)


def test_a_confirmation_lasts_fifteen_minutes() -> None:
    assert service.is_recent(now() - timedelta(minutes=14))
    assert not service.is_recent(now() - timedelta(minutes=16))


def test_the_password_confirms_and_it_is_written_down(
    session: Session, vault: Vault, owner: User, token: str
) -> None:
    assert not is_confirmed(session, token)
    with pytest.raises(PasswordWrongError):
        service.confirm(session, vault, owner, token, "fel")
    assert not is_confirmed(session, token)
    renewed = service.confirm(session, vault, owner, token, PASSWORD)
    assert is_confirmed(session, renewed)
    assert sessions.find(session, token) is None  # a secret that was copied before is worth nothing
    last = select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1)
    assert session.scalar(last) is AuditAction.IDENTITY_CONFIRMED


def test_a_code_confirms_and_counts_once(
    session: Session, vault: Vault, owner: User, token: str
) -> None:
    secret = second_factor.offer(session, vault, owner).secret
    second_factor.prove(session, vault, owner, token, code_of(secret, -1))
    code = code_of(secret)
    renewed = service.confirm(session, vault, owner, token, code)
    with pytest.raises(CodeWrongError):
        service.confirm(session, vault, owner, renewed, code)


def test_a_password_around_six_digits_is_no_code(
    session: Session, vault: Vault, owner: User, token: str
) -> None:
    secret = second_factor.offer(session, vault, owner).secret
    second_factor.prove(session, vault, owner, token, code_of(secret, -1))
    owner.password_hash = hash_password("!!!!123456!!!!")
    session.commit()
    service.confirm(session, vault, owner, token, "!!!!123456!!!!")


def test_tries_are_limited(session: Session, vault: Vault, owner: User, token: str) -> None:
    for _ in range(10):
        with pytest.raises(PasswordWrongError):
            service.confirm(session, vault, owner, token, "fel")
    with pytest.raises(TooManyTriesError):
        service.confirm(session, vault, owner, token, PASSWORD)
