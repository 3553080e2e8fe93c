"""A hand-over signs its member in once, in time, while key, member and company belong together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import ApiKey, User, now
from wizard.services.accounts import staff
from wizard.services.api import api_keys, handovers
from wizard.services.api.handovers import HandoverEndedError, MemberUnknownError, Offer

SECOND = timedelta(seconds=1)
Spoil = Callable[[Session, Cast, ApiKey], object]


@pytest.fixture
def key(session: Session, cast: Cast) -> ApiKey:
    """The firm's key."""
    return api_keys.create(session, cast.firm, "Analys", None).key


@pytest.fixture
def offer(session: Session, cast: Cast, key: ApiKey) -> Offer:
    """An address for the owner, to the firm's company."""
    return handovers.offer(session, key, cast.owner, cast.company)


def opened(session: Session, offer: Offer) -> str:
    """The public id of a hand-over whose address has been opened."""
    found = handovers.arrive(session, offer.secret)
    assert found
    return found.public_id


def test_the_first_press_signs_the_member_in_and_no_other(
    session: Session, cast: Cast, offer: Offer
) -> None:
    public_id = opened(session, offer)
    assert opened(session, offer) == public_id  # a scanner that opens it spends nothing
    assert not handovers.was_taken_by(session, public_id, cast.owner)
    arrival = handovers.take(session, public_id)
    assert arrival.company.id == cast.company.id
    signed_in = staff.signed_in(session, arrival.sign_in.token)
    assert signed_in
    assert signed_in.id == cast.owner.id
    with pytest.raises(HandoverEndedError):
        handovers.take(session, public_id)
    assert handovers.arrive(session, offer.secret) is None
    assert handovers.was_taken_by(session, public_id, cast.owner)
    assert not handovers.was_taken_by(session, public_id, cast.colleague)


def test_of_presses_in_the_same_moment_one_signs_in(
    app: Flask, session: Session, offer: Offer
) -> None:
    public_id = opened(session, offer)
    session.rollback()

    def press(_turn: int) -> bool:
        with app.extensions["sessions"]() as own:
            try:
                handovers.take(own, public_id)
            except HandoverEndedError:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(press, range(6))) == [False] * 5 + [True]


def test_an_address_lives_for_a_minute_and_its_button_for_ten(
    session: Session, offer: Offer
) -> None:
    public_id = opened(session, offer)
    with time_machine.travel(offer.expires_at + SECOND, tick=True):
        assert handovers.arrive(session, offer.secret) is None
        assert handovers.find(session, public_id)
    with time_machine.travel(offer.expires_at + handovers.PRESS_WITHIN + SECOND, tick=True):
        assert handovers.find(session, public_id) is None
        with pytest.raises(HandoverEndedError):
            handovers.take(session, public_id)


def revoke_key(session: Session, _cast: Cast, key: ApiKey) -> None:
    api_keys.revoke(session, key.public_id, None)


def close_account(session: Session, cast: Cast, _key: ApiKey) -> None:
    session.get_one(User, cast.owner.id).active = False


def change_firm(session: Session, cast: Cast, _key: ApiKey) -> None:
    session.get_one(User, cast.owner.id).firm_id = cast.other_firm.id


@pytest.mark.parametrize("spoil", [revoke_key, close_account, change_firm])
def test_what_no_longer_belongs_together_opens_nothing(
    session: Session, cast: Cast, key: ApiKey, offer: Offer, spoil: Spoil
) -> None:
    public_id = opened(session, offer)
    spoil(session, cast, key)
    session.commit()
    assert handovers.arrive(session, offer.secret) is None
    with pytest.raises(HandoverEndedError):
        handovers.take(session, public_id)


def test_only_the_keys_own_active_members_are_known(
    session: Session, cast: Cast, key: ApiKey
) -> None:
    assert handovers.find_member(session, key, cast.owner.email).id == cast.owner.id
    session.get_one(User, cast.colleague.id).active = False
    session.commit()
    for unknown in (cast.colleague, cast.stranger, cast.admin):
        with pytest.raises(MemberUnknownError):
            handovers.find_member(session, key, unknown.email)


def test_old_ones_are_forgotten(session: Session, offer: Offer) -> None:
    assert offer.secret not in repr(offer)
    assert handovers.forget_old(session) == 0
    with time_machine.travel(now() + handovers.KEPT + SECOND, tick=True):
        assert handovers.forget_old(session) == 1
