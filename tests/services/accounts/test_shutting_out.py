"""Putting a person out: of every session, hand-over and link, and of nobody else's."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import AccountLink, Handover, LinkPurpose, SignInWay, User
from wizard.services.accounts import account_links, staff
from wizard.services.accounts.shutting_out import end_sessions, shut_out
from wizard.services.api import api_keys, handovers


def begin(session: Session, user: User) -> str:
    token = staff.begin_session(session, user, SignInWay.PASSWORD).token
    session.commit()
    return token


def test_shutting_out_ends_her_sessions_hand_overs_and_links(session: Session, cast: Cast) -> None:
    hers, others = begin(session, cast.owner), begin(session, cast.colleague)
    key = api_keys.create(session, cast.firm, "Analys", cast.owner).key
    offer = handovers.offer(session, key, cast.owner, cast.company)
    account_links.make_link(session, cast.owner, LinkPurpose.RESET)
    shut_out(session, cast.owner)
    session.commit()
    assert staff.signed_in(session, hers) is None
    assert staff.signed_in(session, others)
    assert handovers.arrive(session, offer.secret) is None
    assert session.scalars(select(Handover.used_at)).one()
    assert session.scalars(select(AccountLink.used_at)).one()


def test_the_session_that_does_it_can_be_spared(session: Session, cast: Cast) -> None:
    here, there = begin(session, cast.owner), begin(session, cast.owner)
    end_sessions(session, cast.owner, but=here)
    session.commit()
    assert staff.signed_in(session, here)
    assert staff.signed_in(session, there) is None
