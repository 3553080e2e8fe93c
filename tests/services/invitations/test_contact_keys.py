"""What a contact's key opens: all that its firm asks her, and nothing else, for as long as it is valid."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.several import KONSULT, ask_about
from tests.support.transactions import Statements
from wizard.causes import Cause
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    ContactKey,
    Invitation,
    InvitationKey,
    KeyPurpose,
    Letter,
    LetterKind,
    Step,
    now,
)
from wizard.services.crypto.digests import digest
from wizard.services.invitations import contact_keys, lifecycle, visits
from wizard.services.invitations.contact_keys import HerCompany, State
from wizard.services.invitations.mailing import Colleague, mail_colleague, mail_links
from wizard.services.letters import dispatch
from wizard.services.outbox import Addressee
from wizard.services.upkeep import retention

NAMES = ["Bolag A AB", "Bolag B AB", "Bolag C AB"]


def take_up(session: Session, kind: LetterKind = LetterKind.INVITATION) -> str:
    """Take up the letters of this kind that wait, as for one mail; its secret."""
    letter_id = session.scalars(
        select(Letter.id).where(Letter.kind == kind, Letter.tries == 0).order_by(Letter.id).limit(1)
    ).one()
    taken = dispatch.take_up(session, letter_id)
    assert taken
    assert taken.secret
    dispatch.mark_sent(session, taken.letter.id)
    return taken.secret


def her_key(session: Session, secret: str) -> ContactKey:
    found = contact_keys.find(session, secret)
    assert found
    return found


def listed(session: Session, key: ContactKey) -> dict[str, str]:
    """How far each company of the key has come, in the order of the page."""
    session.expire_all()
    found = contact_keys.companies_of(session, key)
    return {one.key.invitation.company.name: one.state.value for one in found}


def link_of(session: Session, key: ContactKey, invitation: Invitation) -> InvitationKey | None:
    return contact_keys.held_link(session, [], [key.id], invitation.public_id)


def test_it_opens_what_waits_and_what_is_mailed_to_her_later(session: Session, cast: Cast) -> None:
    first = ask_about(session, cast.firm, NAMES[:2])
    key = her_key(session, take_up(session))
    assert listed(session, key) == {"Bolag A AB": "new", "Bolag B AB": "new"}
    (later,) = ask_about(session, cast.firm, NAMES[2:])
    assert link_of(session, key, later) is None  # not mailed yet
    take_up(session)
    assert list(listed(session, key)) == NAMES
    assert all(link_of(session, key, one) for one in [*first, later])


def test_it_opens_nothing_of_another_firm_or_another_person(session: Session, cast: Cast) -> None:
    ask_about(session, cast.firm, NAMES[:2])
    key = her_key(session, take_up(session))
    (theirs,) = ask_about(session, cast.other_firm, [("Främmande AB", "5560125790")])
    take_up(session)
    (of_bo,) = ask_about(session, cast.firm, NAMES[2:], to=Addressee("bo@konsult.example", "sv"))
    take_up(session)
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    assert list(listed(session, key)) == NAMES[:2]
    assert not any(link_of(session, key, one) for one in (theirs, of_bo, link.invitation))


def test_what_a_colleague_hands_over_to_her_opens_by_its_own_link_alone(
    session: Session, cast: Cast
) -> None:
    ask_about(session, cast.firm, NAMES[:2])
    key = her_key(session, take_up(session))
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    hers = visits.find_key(session, link.secret)
    assert hers
    mail_colleague(session, hers, Colleague(KONSULT, "Anna Ek", None))
    secret = take_up(session, LetterKind.HAND_OVER)
    assert contact_keys.find(session, secret) is None
    assert visits.find_key(session, secret)
    assert link_of(session, key, link.invitation) is None


def test_handing_over_one_company_makes_a_link_to_that_one_alone(
    session: Session, cast: Cast
) -> None:
    made = ask_about(session, cast.firm, NAMES[:2])
    key = her_key(session, take_up(session))
    mine = link_of(session, key, made[0])
    assert mine
    mail_colleague(session, mine, Colleague(Addressee("bo@konsult.example", "sv"), "Karin", None))
    secret = take_up(session, LetterKind.HAND_OVER)
    found = visits.find_key(session, secret)
    assert found
    assert (found.invitation_id, contact_keys.find(session, secret)) == (made[0].id, None)
    assert visits.held_key(session, [found.id], made[1].public_id) is None


def test_what_has_ended_is_done_or_gone_and_no_longer_waits(session: Session, cast: Cast) -> None:
    made = ask_about(session, cast.firm, [*NAMES, "Bolag D AB"])
    key = her_key(session, take_up(session))
    lifecycle.withdraw(session, made[0], cast.owner)
    lifecycle.decline(session, made[1], None)
    lifecycle.new_link(session, made[2], cast.owner)
    assert list(listed(session, key).values()) == ["gone", "gone", "gone", "new"]
    for one in made[:3]:
        link = link_of(session, key, one)
        assert link
        assert visits.end_of(link)


def test_a_link_that_went_astray_stays_replaced_when_she_is_mailed_again(
    session: Session, cast: Cast
) -> None:
    made = ask_about(session, cast.firm, NAMES[:2])
    astray = her_key(session, take_up(session))
    lifecycle.new_link(session, made[0], cast.owner)
    mail_links(session, made, cast.owner, KONSULT)
    session.commit()
    key = her_key(session, take_up(session))
    assert listed(session, key) == {"Bolag A AB": "new", "Bolag B AB": "new"}
    assert listed(session, astray) == {"Bolag A AB": "gone", "Bolag B AB": "new"}
    link = link_of(session, astray, made[0])
    assert link
    assert visits.end_of(link) is Cause.REPLACED


def test_after_its_time_it_opens_nothing_that_was_mailed_since(
    session: Session, cast: Cast
) -> None:
    made = ask_about(session, cast.firm, NAMES[:2])
    key = her_key(session, take_up(session))
    with time_machine.travel(now() + lifecycle.VALIDITY + timedelta(hours=1), tick=True):
        lifecycle.mark_expired(session)
        assert list(listed(session, key).values()) == ["gone", "gone"]
        (later,) = ask_about(session, cast.firm, NAMES[2:])
        take_up(session)
        assert link_of(session, key, later) is None
        assert link_of(session, key, made[0])  # leads to the page where she asks for a new link


def test_what_ended_before_the_mail_is_not_listed(session: Session, cast: Cast) -> None:
    made = ask_about(session, cast.firm, NAMES[:2])
    take_up(session)
    lifecycle.withdraw(session, made[0], cast.owner)
    ask_about(session, cast.firm, ["Bolag C AB", "Bolag D AB"])
    key = her_key(session, take_up(session))
    assert list(listed(session, key)) == ["Bolag B AB", "Bolag C AB", "Bolag D AB"]


def test_her_progress_is_that_of_her_last_link_and_what_stopped_comes_last(
    session: Session, cast: Cast
) -> None:
    made = ask_about(session, cast.firm, NAMES)
    key = her_key(session, take_up(session))
    stopped, begun = (link_of(session, key, one) for one in made[:2])
    assert stopped
    assert begun
    visits.advance(session, begun, Step.WELCOME)
    visits.go_straight(session, stopped)
    session.add(
        Authorization(
            invitation_id=made[0].id,
            key_id=stopped.id,
            state_hash=digest("state"),
            browser_hash=digest("browser"),
            status=AuthorizationStatus.FAILED,
            cause=Cause.WRONG_COMPANY,
            ended_at=now(),
            wording="2026-11/sv",
        )
    )
    session.commit()
    assert list(listed(session, key).values()) == ["stopped", "begun", "new"]
    order: list[str] = []
    left: list[HerCompany] = contact_keys.companies_of(session, key)
    while following := contact_keys.next_of(left):
        order.append(following.key.invitation.company.name)
        left.remove(following)
    assert order == ["Bolag B AB", "Bolag C AB", "Bolag A AB"]
    found = contact_keys.companies_of(session, key)
    after = contact_keys.next_of(found, but=made[1].id)
    assert after
    assert after.key.invitation_id == made[2].id


@pytest.mark.parametrize("number", [3, 60])
def test_the_list_takes_two_statements_however_long(
    session: Session, cast: Cast, number: int, app: Flask
) -> None:
    ask_about(session, cast.firm, [f"Bolag {at} AB" for at in range(number)])
    key = her_key(session, take_up(session))
    session.expire_all()
    with Statements(app.extensions["engine"]) as sent:
        found = contact_keys.companies_of(session, key)
        assert {one.state for one in found} == {State.NEW}
        assert {one.key.invitation.company.to_call.name for one in found} == {cast.firm.name}
    selects = [statement for statement in sent if statement.startswith("SELECT")]
    assert (len(found), len(selects)) == (number, 3)  # the key itself was expired


def test_it_is_forgotten_with_her_and_when_its_time_is_long_over(
    session: Session, cast: Cast
) -> None:
    ask_about(session, cast.firm, NAMES)
    take_up(session)
    with time_machine.travel(now() + lifecycle.VALIDITY + retention.LINKS, tick=True):
        assert session.scalar(select(func.count(ContactKey.id))) == 1
    with time_machine.travel(
        now() + lifecycle.VALIDITY + retention.LINKS + timedelta(days=1), tick=True
    ):
        while retention.forget(session):
            pass
    assert session.scalar(select(func.count(ContactKey.id))) == 0
