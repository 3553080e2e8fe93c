"""Links to choose a password: for whom, how long, once, and what ends with them."""

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from wizard.models import AuditAction, AuditEntry, LetterKind, LinkPurpose, now
from wizard.models import Letter as Outgoing
from wizard.services.accounts import account_links, staff
from wizard.services.accounts.account_links import (
    LIVES,
    LinkEndedError,
    LinkState,
    SamePasswordError,
)
from wizard.services.crypto.passwords import PasswordRefusedError

NEW = "ovanliga fiskar cyklar baklänges"


def make(session: Session, cast: Cast, purpose: LinkPurpose = LinkPurpose.RESET) -> int:
    secret = account_links.make_link(session, cast.owner, purpose)
    session.commit()
    found = account_links.arrive(session, f"<{secret}>.")
    assert found
    assert secret.encode() not in found.secret_hash
    return found.id


def test_a_link_changes_the_password_once_and_ends_every_session_and_link(
    session: Session, cast: Cast
) -> None:
    token = staff.sign_in(session, cast.owner.email, PASSWORD, None).token
    first, second = make(session, cast), make(session, cast)
    account_links.use(session, first, NEW)
    assert staff.signed_in(session, token) is None
    assert staff.sign_in(session, cast.owner.email, NEW, None)
    for ended in (first, second):
        with pytest.raises(LinkEndedError):
            account_links.use(session, ended, f"{NEW} igen")
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.PASSWORD_CHANGED)
    ).one()
    assert (entry.user_id, entry.person) == (cast.owner.id, cast.owner.email)
    told = session.scalars(select(Outgoing).where(Outgoing.kind == LetterKind.PASSWORD_CHANGED))
    assert [letter.recipient for letter in told] == [cast.owner.email]


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_link_lives_as_long_as_its_letter_says(
    session: Session, cast: Cast, purpose: LinkPurpose
) -> None:
    link_id = make(session, cast, purpose)
    link = account_links.find(session, link_id)
    assert link
    with time_machine.travel(now() + LIVES[purpose] - timedelta(seconds=5)):
        assert account_links.state_of(link) is LinkState.OPEN
    with time_machine.travel(now() + LIVES[purpose] + timedelta(seconds=5)):
        assert account_links.state_of(link) is LinkState.EXPIRED
        with pytest.raises(LinkEndedError):
            account_links.use(session, link_id, NEW)


def test_a_closed_account_has_no_link(session: Session, cast: Cast) -> None:
    link_id = make(session, cast)
    cast.owner.active = False
    session.commit()
    with pytest.raises(LinkEndedError):
        account_links.use(session, link_id, NEW)


def test_a_refused_password_leaves_the_link(session: Session, cast: Cast) -> None:
    link_id = make(session, cast)
    with pytest.raises(PasswordRefusedError):
        account_links.use(session, link_id, "kort")
    session.rollback()
    assert account_links.use(session, link_id, NEW) == cast.owner


def test_two_who_use_a_link_at_once_are_one(app: Flask, session: Session, cast: Cast) -> None:
    link_id, outcomes = make(session, cast), []

    def use(password: str) -> None:
        with app.extensions["sessions"]() as own:
            try:
                account_links.use(own, link_id, password)
                outcomes.append("used")
            except LinkEndedError:
                outcomes.append("ended")

    threads = [threading.Thread(target=use, args=(f"{NEW} {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ended", "ended", "ended", "used"]


def test_a_given_password_is_replaced_by_another_one(session: Session, cast: Cast) -> None:
    cast.owner.must_change_password = True
    here, there = (staff.sign_in(session, cast.owner.email, PASSWORD, None).token for _ in "ab")
    with pytest.raises(SamePasswordError):
        account_links.replace_given(session, cast.owner, PASSWORD, here)
    account_links.replace_given(session, cast.owner, NEW, here)
    assert not cast.owner.must_change_password
    assert staff.signed_in(session, here)
    assert staff.signed_in(session, there) is None


def test_only_who_signs_in_with_a_password_is_an_owner(session: Session, cast: Cast) -> None:
    assert account_links.owner_of(session, cast.owner.email) == cast.owner
    assert account_links.owner_of(session, "nobody@example.com") is None
    cast.firm.password_sign_in = False
    session.commit()
    assert account_links.owner_of(session, cast.owner.email) is None
