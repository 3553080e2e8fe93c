"""Accounts and sessions of staff: who gets in, for how long, and how she is put out."""

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from wizard.models import Role, SignInWay, StaffSession, User
from wizard.services.accounts import administration, own_account, staff
from wizard.services.accounts.chosen_passwords import still_opens
from wizard.services.accounts.own_account import PasswordWrongError
from wizard.services.accounts.staff import (
    EmailTakenError,
    FirmMismatchError,
    KnownBrowser,
    SignInRefusedError,
    TooManyTriesError,
)
from wizard.services.crypto import passwords

NEW = "ovanliga fiskar cyklar baklänges"
HOME, AWAY = "192.0.2.1", "198.51.100.9"
ANYTHING = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def fail(session: Session, email: str, address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefusedError):
            staff.sign_in(session, email, "wrong", address)


def test_the_right_password_begins_a_session_that_is_known_again(
    session: Session, cast: Cast
) -> None:
    begun = staff.sign_in(session, " Olga@Example.com ", PASSWORD, HOME)
    found = staff.signed_in(session, begun.token)
    assert found is not None
    assert found.id == begun.user.id == cast.owner.id


def test_the_secret_of_a_session_is_not_stored_and_not_shown(session: Session, cast: Cast) -> None:
    begun = staff.sign_in(session, cast.owner.email, PASSWORD, HOME)
    stored = session.scalar(select(StaffSession.token_hash))
    assert stored is not None
    assert begun.token.encode() not in stored
    assert begun.token not in repr(begun)


@pytest.mark.parametrize("email", ["nobody@example.com", "not an address", "", "a\0b@example.com"])
@pytest.mark.usefixtures("cast")
def test_whoever_has_no_account_is_refused_in_the_same_way(session: Session, email: str) -> None:
    with pytest.raises(SignInRefusedError):
        staff.sign_in(session, email, PASSWORD, HOME)


def test_an_inactive_account_is_refused_and_its_sessions_end(session: Session, cast: Cast) -> None:
    begun = staff.sign_in(session, cast.owner.email, PASSWORD, HOME)
    session.execute(update(User).where(User.id == cast.owner.id).values(active=False))
    session.commit()
    assert staff.signed_in(session, begun.token) is None
    with pytest.raises(SignInRefusedError):
        staff.sign_in(session, cast.owner.email, PASSWORD, HOME)


def test_the_same_work_is_done_whether_or_not_there_is_an_account(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[bool] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str, password: bytes) -> bool:
        looked_at.append(stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$"))
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for email in (cast.owner.email, "nobody@example.com", "not an address"):
        fail(session, email, HOME, 1)
    assert looked_at == [True, True, True]


def test_a_password_hashed_with_weaker_parameters_is_hashed_anew(
    session: Session, cast: Cast
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    session.execute(update(User).where(User.id == cast.owner.id).values(password_hash=weak))
    session.commit()
    staff.sign_in(session, cast.owner.email, PASSWORD, HOME)
    stored = session.scalar(select(User.password_hash).where(User.id == cast.owner.id))
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify_password(stored, PASSWORD)


def test_a_letter_composed_by_another_keyboard_is_the_same_letter() -> None:
    assert passwords.verify_password(passwords.hash_password("lösenord"), "lo\u0308senord")


@pytest.mark.usefixtures("half_past")
def test_ten_failures_from_an_address_close_the_account_to_it_alone(
    session: Session, cast: Cast
) -> None:
    fail(session, cast.owner.email, AWAY, staff.ACCOUNT_AND_ADDRESS)
    with pytest.raises(TooManyTriesError) as refused:
        staff.sign_in(session, cast.owner.email, PASSWORD, AWAY)
    assert 0 < refused.value.retry_after <= staff.WINDOW.total_seconds() + 1
    assert staff.sign_in(session, cast.owner.email, PASSWORD, HOME)


@pytest.mark.usefixtures("half_past")
def test_a_stranger_who_is_stopped_uses_up_none_of_the_accounts_own_tries(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "ACCOUNT", staff.ACCOUNT_AND_ADDRESS + 1)
    fail(session, cast.owner.email, AWAY, staff.ACCOUNT_AND_ADDRESS)
    for _ in range(5):
        with pytest.raises(TooManyTriesError):
            staff.sign_in(session, cast.owner.email, "wrong", AWAY)
    assert staff.sign_in(session, cast.owner.email, PASSWORD, HOME)


@pytest.mark.usefixtures("half_past")
def test_many_addresses_together_are_stopped_at_the_account(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "ACCOUNT", 3)
    for number in range(3):
        fail(session, cast.owner.email, f"203.0.113.{number}", 1)
    with pytest.raises(TooManyTriesError):
        staff.sign_in(session, cast.owner.email, "wrong", "203.0.113.99")


@pytest.mark.usefixtures("half_past")
def test_one_address_cannot_try_one_password_on_everybody(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "ADDRESS", 3)
    for number in range(3):
        fail(session, f"nobody{number}@example.com", AWAY, 1)
    with pytest.raises(TooManyTriesError):
        staff.sign_in(session, "nobody@example.com", "wrong", AWAY)


def test_signing_in_often_is_no_failure(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "ADDRESS", 1)
    for _ in range(3):
        assert staff.sign_in(session, cast.owner.email, PASSWORD, HOME)


def spellings(address: str) -> Iterator[str]:
    """Ways to write one address that mail programs and browsers read alike, without end."""
    local, host = address.split("@")
    wide = str.maketrans({chr(sign): chr(sign + 0xFEE0) for sign in range(0x21, 0x7F)})
    shapes: tuple[Callable[[str], str], ...] = (
        str,
        str.upper,
        str.title,
        lambda text: text.translate(wide),
        "\u00ad".join,
    )
    ats, stops = "@\uff20\ufe6b", ".\u3002\uff0e\uff61\ufe52\u2024"
    around = ("{}", " {} ", "<{}>", "mailto:{}", "Olga Ek <{}>", "\u200b{}\u2060", "{};")
    for left, right, at, stop, frame in itertools.product(shapes, shapes, ats, stops, around):
        yield frame.format(left(local) + at + stop.join(map(right, host.split("."))))


def test_every_spelling_finds_the_account(session: Session, cast: Cast) -> None:
    begun = [
        staff.sign_in(session, email, PASSWORD, HOME)
        for email in itertools.islice(spellings(cast.owner.email), 0, None, 29)
    ]
    assert len(begun) > 40
    assert {one.user.id for one in begun} == {cast.owner.id}


@pytest.mark.usefixtures("half_past")
@pytest.mark.parametrize("from_everywhere", [False, True])
def test_two_hundred_guesses_are_stopped_alike_however_the_address_is_spelled(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, *, from_everywhere: bool
) -> None:
    monkeypatch.setattr(staff, "verify_password", lambda *_: False)  # which takes its time
    several = list(itertools.islice(spellings(cast.owner.email), 0, None, 5))[:200]
    assert len(set(several)) == 200
    counts = []
    for user, emails in ((cast.owner, several), (cast.colleague, [cast.colleague.email] * 200)):
        stopped = 0
        for number, email in enumerate(emails):
            where = f"203.0.{number}.{user.id}" if from_everywhere else f"192.0.2.{user.id}"
            try:
                staff.sign_in(session, email, f"guess {number}", where)
            except TooManyTriesError:
                stopped += 1
            except SignInRefusedError:
                pass
        counts.append(stopped)
    let_through = staff.ACCOUNT if from_everywhere else staff.ACCOUNT_AND_ADDRESS
    assert counts == [200 - let_through] * 2


@pytest.mark.usefixtures("half_past")
def test_a_known_browser_is_not_shut_out_by_others_and_guesses_no_more_than_they(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "ACCOUNT", 3)
    owner = cast.owner
    known = KnownBrowser("its id", (owner.public_id,))
    other = KnownBrowser("another", (cast.colleague.public_id,))
    for number in range(3):
        fail(session, owner.email, f"203.0.113.{number}", 1)
    for stranger in (None, other):
        with pytest.raises(TooManyTriesError):
            staff.sign_in(session, owner.email, PASSWORD, HOME, stranger)
    assert staff.sign_in(session, owner.email, PASSWORD, HOME, known)
    for _ in range(staff.ACCOUNT_AND_ADDRESS):
        with pytest.raises(SignInRefusedError):
            staff.sign_in(session, owner.email, "wrong", HOME, known)
    with pytest.raises(TooManyTriesError):
        staff.sign_in(session, owner.email, PASSWORD, HOME, known)


def only_of_its_hash(session: Session, user: User) -> User:
    """The account, with a hash that no other has."""
    user.password_hash = passwords.hash_password(PASSWORD)
    session.commit()
    return user


def change_while_verified(
    app: Flask, monkeypatch: pytest.MonkeyPatch, where: object, change: Callable[[User], None]
) -> None:
    """Let somebody change the account right after a password of it was found to be the right one."""
    verify = passwords.verify_password
    done: list[bool] = []

    def verified(stored: str | None, password: str) -> bool:
        right = verify(stored, password)
        if right and not done:
            done.append(right)
            with app.extensions["sessions"]() as other:
                user = other.scalar(select(User).where(User.password_hash == stored).limit(1))
                change(user)
                other.commit()
        return right

    monkeypatch.setattr(where, "verify_password", verified)


def give_new(user: User) -> None:
    user.password_hash = passwords.hash_password(NEW)


def close(user: User) -> None:
    user.active = False


@pytest.mark.parametrize("change", [give_new, close])
def test_signing_in_while_the_account_is_changed_is_refused(
    app: Flask,
    session: Session,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[User], None],
) -> None:
    owner = only_of_its_hash(session, cast.owner)
    change_while_verified(app, monkeypatch, staff, change)
    with pytest.raises(SignInRefusedError):
        staff.sign_in(session, owner.email, PASSWORD, HOME)
    assert session.scalars(select(StaffSession)).all() == []


def test_signing_in_while_the_same_password_is_hashed_anew_succeeds(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anew(user: User) -> None:
        user.password_hash = passwords.hash_password(PASSWORD)

    owner = only_of_its_hash(session, cast.owner)
    change_while_verified(app, monkeypatch, staff, anew)
    begun = staff.sign_in(session, owner.email, PASSWORD, HOME)
    assert staff.signed_in(session, begun.token)


def test_an_old_password_replaces_none_that_was_chosen_meanwhile(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = only_of_its_hash(session, cast.owner)
    change_while_verified(app, monkeypatch, own_account, give_new)
    with pytest.raises(PasswordWrongError):
        own_account.change_password(session, owner, "", PASSWORD, "katten simmar i tvättmaskinen")
    session.rollback()
    assert passwords.verify_password(owner.password_hash, NEW)


def test_a_new_password_waits_for_a_sign_in_that_has_begun_and_ends_it(
    app: Flask, session: Session, cast: Cast
) -> None:
    owner, sessions = cast.owner, app.extensions["sessions"]

    def change() -> None:
        with sessions() as other:
            hers = other.get(User, owner_id)
            administration.give_password(other, hers, NEW, must_change=False)

    owner_id = owner.id
    assert still_opens(session, owner, owner.password_hash, PASSWORD)
    with ThreadPoolExecutor(1) as threads:
        changed = threads.submit(change)
        with sessions() as look:
            waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            until = time.monotonic() + 20
            while not look.scalar(waits) and not changed.done() and time.monotonic() < until:
                time.sleep(0.05)
                look.rollback()
        assert not changed.done()
        begun = staff.begin_session(session, owner, SignInWay.PASSWORD)
        session.commit()
        changed.result(20)
    assert staff.signed_in(session, begun.token) is None


def test_signing_out_ends_that_session_and_no_other(session: Session, cast: Cast) -> None:
    here, there = (staff.sign_in(session, cast.owner.email, PASSWORD, HOME) for _ in range(2))
    staff.sign_out(session, here.token)
    staff.sign_out(session, here.token)
    assert staff.signed_in(session, here.token) is None
    assert staff.signed_in(session, there.token)


def test_an_address_has_one_account_however_it_is_written(session: Session, cast: Cast) -> None:
    with pytest.raises(EmailTakenError):
        staff.create_user(
            session,
            email=cast.owner.email.upper(),
            name="A",
            role=Role.ADMIN,
            firm=None,
            password=PASSWORD,
        )


def test_a_member_has_a_firm_and_nobody_else_does(session: Session, cast: Cast) -> None:
    for role, firm in ((Role.MEMBER, None), (Role.SUPPORT, cast.firm), (Role.ADMIN, cast.firm)):
        with pytest.raises(FirmMismatchError):
            staff.create_user(
                session, email="a@example.com", name="A", role=role, firm=firm, password=PASSWORD
            )


@settings(ANYTHING, max_examples=25)
@given(email=st.text(), password=st.text())
def test_any_address_and_password_are_refused(session: Session, email: str, password: str) -> None:
    with pytest.raises((SignInRefusedError, TooManyTriesError)):
        staff.sign_in(session, email, password, HOME)
