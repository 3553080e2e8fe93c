"""Passkeys: made and shown by an authenticator; another's, another site's and a used answer prove nothing."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers import options_to_json, parse_authentication_options_json

from tests.support.authenticator import Authenticator
from tests.support.cast import PASSWORD, Cast
from tests.support.single_sign_on import provider_for
from wizard.models import AuditAction, AuditEntry, Letter, LetterKind, SignInWay, User, now
from wizard.services.accounts import identity_providers, sessions, staff
from wizard.services.accounts import passkeys as service
from wizard.services.accounts.passkeys import PasskeyRefusedError, Question, Site
from wizard.services.accounts.second_factor import HalfEndedError
from wizard.services.accounts.staff import SignInElsewhereError

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
    told = session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [(one.kind, one.recipient, one.topic) for one in told] == [
        (LetterKind.FACTOR_CHANGED, owner.email, "added"),
        (LetterKind.FACTOR_CHANGED, owner.email, "removed"),
    ]


def test_a_question_reads_as_the_library_writes_it(session: Session, owner: User) -> None:
    make(session, owner, Authenticator(HOME))
    hers, anybodys = (
        service.question(session, SITE, owner, "half"),
        service.question_to_anybody(SITE, "half"),
    )
    for asked in (hers or "", anybodys):
        assert options_to_json(parse_authentication_options_json(asked)) == asked


def question() -> Question:
    return Question("of one browser", now())


def answer_alone(device: Authenticator, asked: Question) -> str:
    return device.show(json.loads(service.question_to_anybody(SITE, asked.secret)))


def test_alone_it_is_both_factors_when_the_device_has_asked_who_it_is(
    session: Session, owner: User
) -> None:
    mine, asked = Authenticator(HOME), question()
    make(session, owner, mine)
    with pytest.raises(PasskeyRefusedError):  # whoever has found the device
        service.sign_in(session, SITE, asked, answer_alone(mine, asked))
    mine.verifies = True
    answer = answer_alone(mine, asked)
    begun = service.sign_in(session, SITE, asked, answer)
    found = sessions.find(session, begun.token)
    assert found
    assert (found.user_id, found.way) == (owner.id, SignInWay.PASSKEY)
    assert found.second_factor_at
    with pytest.raises(PasskeyRefusedError):  # it counts once
        service.sign_in(session, SITE, asked, answer)


def test_alone_it_lets_in_nobody_else(session: Session, owner: User, cast: Cast) -> None:
    mine = Authenticator(HOME, verifies=True)
    make(session, owner, mine)
    asked = question()
    strange = Authenticator(HOME, verifies=True)
    elsewhere = Authenticator("https://evil.example", mine.key, mine.id, verifies=True)
    claiming = Authenticator(HOME, mine.key, mine.id, verifies=True, owner="bm9ib2R5")
    answers = [answer_alone(one, asked) for one in (strange, elsewhere, claiming)]
    with_half = mine.show(asked_as(session, owner))
    for answer in (*answers, with_half, "", "{}", "[]", "null", '{"rawId": "AA", "response": 1}'):
        with pytest.raises(PasskeyRefusedError):
            service.sign_in(session, SITE, asked, answer)
    owner.active = False
    session.commit()
    with pytest.raises(PasskeyRefusedError):
        service.sign_in(session, SITE, asked, answer_alone(mine, asked))


def asked_as(session: Session, user: User) -> dict[str, Any]:
    """The question to her by name, for what the question to anybody was asked with."""
    told = service.question(session, SITE, user, "of one browser")
    found: dict[str, Any] = json.loads(told or "")
    return found


def test_a_firm_without_passwords_takes_no_passkeys_either(
    session: Session, owner: User, cast: Cast
) -> None:
    mine = Authenticator(HOME, verifies=True)
    make(session, owner, mine)
    asked, half = question(), half_of(session, owner)
    begun = service.sign_in(session, SITE, asked, answer_alone(mine, asked))
    provider_for(session, (session.merge(cast.firm), None))
    assert owner.firm
    identity_providers.switch_passwords(session, owner.firm, on=False)
    assert sessions.find(session, begun.token) is None
    asked = question()
    with pytest.raises(SignInElsewhereError):
        service.sign_in(session, SITE, asked, answer_alone(mine, asked))
    with pytest.raises(HalfEndedError):
        service.let_in(session, SITE, half, mine.show(asked_as(session, owner)))


def test_it_shows_once_more_who_she_is(session: Session, owner: User, cast: Cast) -> None:
    mine = Authenticator(HOME)
    make(session, owner, mine)
    asked, other = question(), session.get_one(User, cast.colleague.id)
    answer = mine.show(asked_as(session, owner))
    with pytest.raises(PasskeyRefusedError):
        service.check(session, SITE, other, asked, answer)
    service.check(session, SITE, owner, asked, answer)
    session.commit()
    with pytest.raises(PasskeyRefusedError):
        service.check(session, SITE, owner, asked, answer)
