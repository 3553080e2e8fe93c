"""Codes of an app and recovery codes: each counts once, tries are limited, and all of it is written down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from tests.support.codes import code_of
from wizard.models import AuditAction, AuditEntry, RecoveryCode, User, now
from wizard.services.accounts import second_factor as service
from wizard.services.accounts import sessions, staff
from wizard.services.accounts.second_factor import (
    CodeWrongError,
    FactorPresentError,
    HalfEndedError,
)
from wizard.services.accounts.staff import TooManyTriesError
from wizard.services.crypto.vault import Vault

pytestmark = pytest.mark.usefixtures("half_past")
HOME = "192.0.2.1"


@pytest.fixture
def vault(app: Flask) -> Vault:
    found: Vault = app.extensions["vault"]
    return found


@pytest.fixture
def owner(session: Session, cast: Cast) -> User:
    return session.get_one(User, cast.owner.id)


def equipped(session: Session, vault: Vault, user: User) -> tuple[str, list[str]]:
    """Give the user codes of an app; returns its secret and her recovery codes."""
    token = staff.sign_in(session, user.email, PASSWORD, HOME).token
    secret = service.offer(session, vault, user).secret
    return secret, service.prove(session, vault, user, token, code_of(secret, -1))


def actions(session: Session) -> list[AuditAction]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_an_app_is_offered_one_secret_until_a_code_of_it_is_proved(
    session: Session, vault: Vault, owner: User
) -> None:
    offered = service.offer(session, vault, owner)
    assert service.offer(session, vault, owner) == offered
    assert pyotp.parse_uri(offered.address).secret == offered.secret
    assert offered.secret not in str(owner.totp_secret)
    here, there = (staff.sign_in(session, owner.email, PASSWORD, HOME).token for _ in "ab")
    with pytest.raises(CodeWrongError):
        service.prove(session, vault, owner, here, "000000")
    session.rollback()
    codes = service.prove(session, vault, owner, here, code_of(offered.secret))
    assert len(set(codes)) == service.recovery_codes_left(session, owner) == 10
    assert sessions.find(session, there) is None
    found = sessions.find(session, here)
    assert found
    assert found.second_factor_at
    with pytest.raises(FactorPresentError):
        service.offer(session, vault, owner)


def test_a_password_alone_lets_nobody_in_who_has_codes(
    session: Session, vault: Vault, owner: User
) -> None:
    secret, _ = equipped(session, vault, owner)
    half = staff.sign_in(session, owner.email, PASSWORD, HOME)
    assert half.at_half
    assert staff.signed_in(session, half.token) is None
    begun = service.let_in(session, vault, half.token, code_of(secret))
    found = sessions.find(session, begun.token)
    assert found
    assert found.second_factor_at
    with pytest.raises(HalfEndedError):  # a half counts once
        service.let_in(session, vault, half.token, code_of(secret, 1))


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_near_the_present_counts_once(
    session: Session, vault: Vault, owner: User, steps: int
) -> None:
    secret, _ = equipped(session, vault, owner)
    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        code = code_of(secret, steps)
        service.check(session, vault, owner, f"{code[:3]} {code[3:]}")
        session.commit()
        for used in {code, code_of(secret, -1)}:  # neither it nor one before it
            with pytest.raises(CodeWrongError):
                service.check(session, vault, owner, used)


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_far_from_the_present_does_not_count(
    session: Session, vault: Vault, owner: User, steps: int
) -> None:
    secret, _ = equipped(session, vault, owner)
    with (
        time_machine.travel(now() + timedelta(minutes=5), tick=False),
        pytest.raises(CodeWrongError),
    ):
        service.check(session, vault, owner, code_of(secret, steps))


def test_of_concurrent_uses_of_one_code_one_counts(
    app: Flask, session: Session, vault: Vault, owner: User
) -> None:
    secret, recovery = equipped(session, vault, owner)
    session.commit()
    for code in (code_of(secret), recovery[0]):

        def use(code: str = code) -> bool:
            with app.extensions["sessions"]() as own:
                try:
                    service.check(own, vault, own.get_one(User, owner.id), code)
                except CodeWrongError:
                    return False
                own.commit()
                return True

        with ThreadPoolExecutor(4) as pool:
            used = list(pool.map(lambda _: use(), range(4)))
        assert sum(used) == 1


def test_wrong_codes_are_limited_and_a_recovery_code_lets_in_all_the_same(
    session: Session, vault: Vault, owner: User
) -> None:
    secret, recovery = equipped(session, vault, owner)
    wrong = next(f"{n:06}" for n in range(9) if f"{n:06}" not in map(code_of, [secret] * 3))
    for _ in range(10):
        with pytest.raises(CodeWrongError):
            service.check(session, vault, owner, wrong)
    with pytest.raises(TooManyTriesError):
        service.check(session, vault, owner, code_of(secret))
    half = staff.sign_in(session, owner.email, PASSWORD, HOME).token
    assert service.let_in(session, vault, half, recovery[0].upper())
    assert service.recovery_codes_left(session, owner) == 9
    with pytest.raises(CodeWrongError):
        service.check(session, vault, owner, recovery[0])


def test_new_recovery_codes_take_the_place_of_the_old(
    session: Session, vault: Vault, owner: User
) -> None:
    _, old = equipped(session, vault, owner)
    new = service.make_recovery_codes(session, owner)
    with pytest.raises(CodeWrongError):
        service.check(session, vault, owner, old[0])
    service.check(session, vault, owner, new[0])
    session.commit()
    assert session.query(RecoveryCode).count() == 10


def test_reset_takes_it_away_and_ends_every_session(
    session: Session, vault: Vault, owner: User
) -> None:
    equipped(session, vault, owner)
    half = staff.sign_in(session, owner.email, PASSWORD, HOME).token
    service.reset(session, owner)
    assert service.recovery_codes_left(session, owner) == 0
    assert not staff.sign_in(session, owner.email, PASSWORD, HOME).at_half
    with pytest.raises(HalfEndedError):
        service.let_in(session, vault, half, "123456")


def test_everything_is_written_down_and_no_secret_is(
    session: Session, vault: Vault, owner: User
) -> None:
    secret, recovery = equipped(session, vault, owner)
    with pytest.raises(CodeWrongError):
        service.check(session, vault, owner, "inget")
    service.check(session, vault, owner, recovery[0])
    service.remove(session, owner)
    service.remove(session, owner)  # nothing is left to remove
    assert actions(session) == [
        AuditAction.SIGNED_IN,
        AuditAction.SECOND_FACTOR_ADDED,
        AuditAction.RECOVERY_CODES_MADE,
        AuditAction.SIGN_IN_REFUSED,
        AuditAction.RECOVERY_CODE_USED,
        AuditAction.SECOND_FACTOR_REMOVED,
    ]
    written = str([(entry.before, entry.after) for entry in session.scalars(select(AuditEntry))])
    assert secret not in written
    assert not [code for code in recovery if code in written]
