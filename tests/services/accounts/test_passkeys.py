"""Passkeys: made and shown by an authenticator; another's, another site's and a used answer prove nothing."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.authenticator import Authenticator
from tests.support.cast import PASSWORD, Cast
from wizard.models import AuditAction, AuditEntry, User
from wizard.services.accounts import passkeys as service
from wizard.services.accounts import sessions, staff
from wizard.services.accounts.passkeys import PasskeyRefusedError, Site
from wizard.services.accounts.second_factor import HalfEndedError

HOME = "https://koppla.example.se"
SITE = Site("koppla.example.se", HOME)


@pytest.fixture
def owner(session: Session, cast: Cast) -> User:
    return session.get_one(User, cast.owner.id)


def make(session: Session, user: User, authenticator: Authenticator) -> None:
    answer = authenticator.make(json.loads(service.wish(session, SITE, user, "token")))
    service.add(session, SITE, user, "token", "Telefonen", answer)


def half_of(session: Session, user: User) -> str:
    begun = staff.sign_in(session, user.email, PASSWORD, None)
    assert begun.at_half
    return begun.token


def asked(session: Session, user: User, half: str) -> dict[str, object]:
    question = service.question(session, SITE, user, half)
    assert question
    found: dict[str, object] = json.loads(question)
    return found


def test_a_passkey_is_made_and_lets_in_once(session: Session, owner: User) -> None:
    assert service.question(session, SITE, owner, "half") is None
    mine = Authenticator(HOME)
    make(session, owner, mine)
    half = half_of(session, owner)
    answer = mine.show(asked(session, owner, half))
    begun = service.let_in(session, SITE, half, answer)
    found = sessions.find(session, begun.token)
    assert found
    assert found.second_factor_at
    assert service.passkeys_of(session, owner)[0].last_used_at
    with pytest.raises(HalfEndedError):
        service.let_in(session, SITE, half, answer)
    with pytest.raises(PasskeyRefusedError):  # an answer to another question
        service.let_in(session, SITE, half_of(session, owner), answer)


def test_what_is_not_hers_or_not_for_us_lets_nobody_in(
    session: Session, owner: User, cast: Cast
) -> None:
    mine, anothers = Authenticator(HOME), Authenticator(HOME)
    make(session, owner, mine)
    make(session, session.get_one(User, cast.colleague.id), anothers)
    half = half_of(session, owner)
    options = asked(session, owner, half)
    elsewhere = Authenticator("https://evil.example", mine.key, mine.id)
    forged = Authenticator(HOME, id=mine.id)
    answers = [one.show(options) for one in (anothers, elsewhere, forged)]
    for answer in (*answers, "", "{}", "[]", '{"rawId": 1}', "null", "å" * 99):
        with pytest.raises(PasskeyRefusedError):
            service.let_in(session, SITE, half, answer)
    assert service.let_in(session, SITE, half, mine.show(options))


@pytest.mark.parametrize("wrong", ["origin", "host", "token", "broken"])
def test_what_was_made_elsewhere_is_not_kept(session: Session, owner: User, wrong: str) -> None:
    options = json.loads(service.wish(session, SITE, owner, "token"))
    if wrong == "host":
        options["rp"]["id"] = "evil.example"
    made = Authenticator("https://evil.example" if wrong == "origin" else HOME).make(options)
    answer = made[:-9] if wrong == "broken" else made
    with pytest.raises(PasskeyRefusedError):
        service.add(session, SITE, owner, "other" if wrong == "token" else "token", "N", answer)
    assert service.passkeys_of(session, owner) == []


def test_a_passkey_is_kept_once_and_removed_by_its_owner(
    session: Session, owner: User, cast: Cast
) -> None:
    mine = Authenticator(HOME)
    make(session, owner, mine)
    with pytest.raises(PasskeyRefusedError):
        make(session, owner, mine)
    public_id = service.passkeys_of(session, owner)[0].public_id
    assert not service.remove(session, session.get_one(User, cast.colleague.id), public_id)
    assert service.remove(session, owner, public_id)
    assert not staff.sign_in(session, owner.email, PASSWORD, None).at_half
    written = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert written[:2] == [AuditAction.SECOND_FACTOR_ADDED, AuditAction.SECOND_FACTOR_REMOVED]
