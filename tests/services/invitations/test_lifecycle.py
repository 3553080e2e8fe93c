"""Of a company one invitation lives; its links are made, replaced and ended with it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.causes import Cause
from wizard.models import Company, Event, EventKind, Invitation, InvitationStatus, KeyPurpose, now
from wizard.services.contacts import contact_at
from wizard.services.invitations import lifecycle
from wizard.services.invitations.lifecycle import VALIDITY, InvitationEndedError, Link
from wizard.services.invitations.visits import end_of, find_key

SECOND = timedelta(seconds=1)


def activate(session: Session, cast: Cast) -> Link:
    return lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)


def cause(session: Session, link: Link) -> Cause | None:
    """Why a link leads nowhere; None while it lives."""
    session.expire_all()
    key = find_key(session, link.secret)
    assert key
    return end_of(key)


def told(session: Session, kind: EventKind) -> int:
    """How often the history says so."""
    return session.scalar(select(func.count(Event.id)).where(Event.kind == kind)) or 0


def test_two_who_invite_in_the_same_moment_get_links_to_one_invitation(
    app: Flask, session: Session, cast: Cast
) -> None:
    company_id = cast.company.id
    session.rollback()

    def invite(_turn: int) -> int:
        with app.extensions["sessions"]() as own:
            company = own.get_one(Company, company_id)
            purpose = KeyPurpose.COPIED
            return lifecycle.activate(own, company, "visma", None, purpose).invitation.id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(invite, range(6)))) == 1
    assert session.scalar(select(func.count(Invitation.id))) == 1
    assert told(session, EventKind.INVITATION_CREATED) == 1
    assert told(session, EventKind.LINK_MADE) == 6


def test_a_secret_is_in_no_row_and_no_repr(session: Session, cast: Cast) -> None:
    link = activate(session, cast)
    key = find_key(session, link.secret)
    assert key
    for told_by in (repr(link), str(vars(key)), str(vars(link.invitation))):
        assert link.secret not in told_by


def test_one_more_link_leaves_the_others_and_a_new_one_replaces_them(
    session: Session, cast: Cast
) -> None:
    first = activate(session, cast)
    second = lifecycle.show_link(session, first.invitation, cast.owner)
    assert [cause(session, link) for link in (first, second)] == [None, None]
    with time_machine.travel(now() + timedelta(days=10), tick=True):
        third = lifecycle.new_link(session, first.invitation, cast.owner)
        assert third.invitation.expires_at - now() > VALIDITY - timedelta(minutes=1)
    ends = [cause(session, link) for link in (first, second, third)]
    assert ends == [Cause.REPLACED, Cause.REPLACED, None]


def test_withdrawing_twice_is_the_same_as_once(session: Session, cast: Cast) -> None:
    link = activate(session, cast)
    for _ in range(2):
        lifecycle.withdraw(session, link.invitation, cast.owner)
    assert cause(session, link) is Cause.WITHDRAWN
    assert told(session, EventKind.INVITATION_WITHDRAWN) == 1


def show(session: Session, link: Link, cast: Cast) -> None:
    lifecycle.show_link(session, link.invitation, cast.owner)


def replace(session: Session, link: Link, cast: Cast) -> None:
    lifecycle.new_link(session, link.invitation, cast.owner)


def decline(session: Session, link: Link, _cast: Cast) -> None:
    lifecycle.decline(session, link.invitation, "Nej")


def hand_over(session: Session, link: Link, _cast: Cast) -> None:
    key = find_key(session, link.secret)
    assert key
    lifecycle.hand_over(session, key)


@pytest.mark.parametrize("do", [show, replace, decline, hand_over])
def test_nothing_can_be_done_with_an_invitation_that_has_ended(
    session: Session, cast: Cast, do: Callable[[Session, Link, Cast], None]
) -> None:
    link = activate(session, cast)
    with (
        time_machine.travel(now() + VALIDITY + SECOND, tick=True),
        pytest.raises(InvitationEndedError),
    ):
        do(session, link, cast)
    lifecycle.withdraw(session, link.invitation, cast.owner)
    with pytest.raises(InvitationEndedError):
        do(session, link, cast)
    assert told(session, EventKind.LINK_MADE) == 1


def test_one_whose_time_has_passed_is_ended_once_and_makes_room(
    session: Session, cast: Cast
) -> None:
    link = activate(session, cast)
    assert lifecycle.mark_expired(session) == 0
    with time_machine.travel(now() + VALIDITY + SECOND, tick=True):
        assert lifecycle.living_invitation(session, cast.company) is None
        assert activate(session, cast).invitation.id != link.invitation.id
        assert lifecycle.mark_expired(session) == 0
        assert cause(session, link) is Cause.EXPIRED
    with time_machine.travel(now() + 2 * VALIDITY + 2 * SECOND, tick=True):
        assert [lifecycle.mark_expired(session) for _ in range(2)] == [1, 0]
    assert told(session, EventKind.INVITATION_EXPIRED) == 2


def test_a_colleague_gets_a_link_of_her_own_and_the_givers_goes_on(
    session: Session, cast: Cast
) -> None:
    link = activate(session, cast)
    key = find_key(session, link.secret)
    assert key
    key.contact = contact_at(session, cast.firm.id, "anna@example.com", name="Anna", language="sv")
    handed = lifecycle.hand_over(session, key)
    hers = find_key(session, handed.secret)
    assert hers
    assert (hers.asked_by, hers.was_handed_over, key.was_handed_over) == ("Anna", True, False)
    assert [cause(session, each) for each in (link, handed)] == [None, None]
    assert session.get_one(Invitation, link.invitation.id).status is InvitationStatus.STARTED
