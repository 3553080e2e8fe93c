"""A mailed code ends a connection: the newest, in time, in few tries, for whoever may end it."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.consents import consent_for
from wizard.models import (
    Connection,
    Consent,
    Invitation,
    KeyPurpose,
    Letter,
    LetterKind,
    now,
)
from wizard.services import outbox
from wizard.services.consents import disconnect_codes
from wizard.services.consents.disconnect_codes import (
    LIVES,
    MOST_TRIES,
    make_code,
    redeem,
    standing,
)
from wizard.services.invitations import lifecycle
from wizard.services.outbox import Addressee

FRIDA = Addressee("frida@example.com", "sv")
SECOND = timedelta(seconds=1)


@pytest.fixture
def invitation(session: Session, cast: Cast) -> Invitation:
    """The invitation that led to the connection."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    make_connection(session, link)
    return link.invitation


def connection_id(session: Session) -> int:
    """The id of the one connection."""
    return session.scalars(select(Connection.id)).one()


def approve(session: Session, invitation: Invitation, **facts: object) -> Consent:
    """One more approval of the connection."""
    consent = consent_for(session, invitation.id, connection_id(session), **facts)
    session.commit()
    return consent


@pytest.fixture
def consent(session: Session, invitation: Invitation) -> Consent:
    """What Frida has approved."""
    return approve(session, invitation, approver_email=FRIDA.email)


def letter(session: Session, invitation: Invitation, consent: Consent) -> Letter:
    """A letter that is to hold a code."""
    kind = LetterKind.DISCONNECT_CODE
    return outbox.post(session, kind, invitation, FRIDA, consent=consent)


def code(session: Session, invitation: Invitation, consent: Consent) -> str:
    """The code of a letter that has just been sent."""
    made = make_code(session, letter(session, invitation, consent))
    session.commit()
    return made


def test_a_code_is_right_however_it_is_written_and_at_a_second_press(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    made = code(session, invitation, consent)
    assert redeem(session, consent, f" {made[:3].upper()}-{made[3:]} ")
    assert redeem(session, consent, made)


@pytest.mark.parametrize("written", ["", "aaaaaa", "\0", "å" * 1000, "\ud800"])
def test_what_is_not_the_code_is_wrong_as_it_is_without_any(
    session: Session, invitation: Invitation, consent: Consent, written: str
) -> None:
    assert not redeem(session, consent, written)
    code(session, invitation, consent)
    assert not redeem(session, consent, written)


def test_after_five_tries_the_right_code_is_wrong_too(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    made = code(session, invitation, consent)
    for _ in range(MOST_TRIES):
        assert not redeem(session, consent, "nonsense")
    assert not redeem(session, consent, made)
    assert redeem(session, consent, code(session, invitation, consent))


def test_only_the_newest_code_counts_and_for_its_time_only(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    earlier, newest = (code(session, invitation, consent) for _ in range(2))
    assert not redeem(session, consent, earlier)
    with time_machine.travel(now() + LIVES + SECOND, tick=True):
        assert not redeem(session, consent, newest)


def test_a_code_is_of_its_own_consent(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    made = code(session, invitation, consent)
    assert not redeem(session, approve(session, invitation), made)


def test_whom_another_has_replaced_may_not_end_it_but_she_herself_may(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    assert standing(session, consent).may_end
    approve(session, invitation, approver_email="Frida@Example.com")
    assert standing(session, consent).may_end
    newest = approve(session, invitation, approver_email="elsa@example.com")
    assert not standing(session, consent).may_end
    assert standing(session, newest).may_end


def test_two_approvers_without_an_address_are_not_taken_for_one(
    session: Session, invitation: Invitation
) -> None:
    first, _second = (approve(session, invitation) for _ in range(2))
    assert not standing(session, first).may_end


def test_a_code_is_waited_for_while_it_could_still_be_written(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    assert not standing(session, consent).asked
    disconnect_codes.ask(session, invitation, consent, FRIDA)
    assert standing(session, consent).asked
    with time_machine.travel(now() + LIVES + SECOND, tick=True):
        assert not standing(session, consent).asked
