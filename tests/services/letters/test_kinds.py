"""What is true of each kind of letter stands in one table, and holds at the moment it is to go."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import (
    Invitation,
    InvitationStatus,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    now,
)
from wizard.services import outbox
from wizard.services.consents.disconnect_codes import LIVES
from wizard.services.invitations import lifecycle, reminders
from wizard.services.invitations.visits import find_key
from wizard.services.letters.kinds import LETTERS
from wizard.services.outbox import Addressee

ANNA = Addressee("anna@example.com", "sv", "Anna Ek")
INVITING = [kind for kind in LetterKind if kind.invites]
SECOND = timedelta(seconds=1)


@pytest.fixture
def invitation(session: Session, cast: Cast) -> Invitation:
    """An invitation that lives."""
    return lifecycle.activate(
        session, cast.company, "visma", cast.owner, KeyPurpose.COPIED
    ).invitation


def letter(session: Session, kind: LetterKind, invitation: Invitation) -> Letter:
    """A letter of this kind that is about to be sent."""
    return outbox.post(session, kind, invitation, ANNA, signed="Frida Fors")


def is_true(session: Session, posted: Letter) -> bool:
    """Whether it is still to go."""
    return LETTERS[posted.kind].is_true(session, posted)


@pytest.mark.parametrize("kind", INVITING)
def test_what_leads_into_the_guide_makes_a_link_and_goes_while_there_is_somewhere_to_go(
    session: Session, cast: Cast, invitation: Invitation, kind: LetterKind
) -> None:
    posted, facts = letter(session, kind, invitation), LETTERS[kind]
    assert facts.key
    secret = facts.key(session, posted)
    session.flush()
    key = find_key(session, secret)
    assert key
    assert (key.invitation_id, key.letter_id) == (invitation.id, posted.id)
    assert is_true(session, posted)
    with time_machine.travel(invitation.expires_at + SECOND, tick=True):
        assert not is_true(session, posted)
    lifecycle.withdraw(session, invitation, cast.owner)
    assert not is_true(session, posted)


def test_a_paused_reminder_and_one_just_after_another_letter_do_not_go(
    session: Session, cast: Cast, invitation: Invitation
) -> None:
    reminder = letter(session, LetterKind.REMINDER, invitation)
    reminders.pause(session, invitation, cast.owner)
    assert not is_true(session, reminder)
    reminders.resume(session, invitation, cast.owner)
    assert is_true(session, reminder)
    lately = letter(session, LetterKind.INVITATION, invitation)
    lately.status, lately.sent_at = LetterStatus.SENT, now()
    session.flush()
    assert not is_true(session, reminder)


def test_a_code_that_nobody_waits_for_any_longer_does_not_go(
    session: Session, invitation: Invitation
) -> None:
    code = letter(session, LetterKind.DISCONNECT_CODE, invitation)
    assert is_true(session, code)
    with time_machine.travel(now() + LIVES + SECOND, tick=True):
        assert not is_true(session, code)


def test_nobody_is_called_stuck_who_has_not_begun_or_is_done(
    session: Session, invitation: Invitation
) -> None:
    stuck = letter(session, LetterKind.STUCK, invitation)
    assert not is_true(session, stuck)
    lifecycle.started(session, invitation)
    assert is_true(session, stuck)
    invitation.status = InvitationStatus.CONNECTED
    assert not is_true(session, stuck)


def test_an_invitation_that_was_mailed_is_sent_and_stays_what_it_has_become(
    session: Session, invitation: Invitation
) -> None:
    posted = letter(session, LetterKind.INVITATION, invitation)
    became = []
    for _ in range(2):
        LETTERS[posted.kind].when_sent(session, posted)
        became.append(invitation.status)
        lifecycle.started(session, invitation)
    assert became == [InvitationStatus.SENT, InvitationStatus.STARTED]


def test_a_letter_comes_from_who_asks_for_it_unless_she_names_herself(
    session: Session, invitation: Invitation
) -> None:
    signed = {
        kind: LETTERS[kind].sent_by(letter(session, kind, invitation))
        for kind in (LetterKind.INVITATION, LetterKind.HAND_OVER, LetterKind.RECEIPT)
    }
    assert signed == {
        LetterKind.INVITATION: ("Olga Ek", "Byrån AB"),
        LetterKind.HAND_OVER: (),  # anybody may sign as anybody: her name stands in the text
        LetterKind.RECEIPT: ("Byrån AB",),
    }
    assert LETTERS[LetterKind.DONE].sent_by(letter(session, LetterKind.DONE, invitation)) == ()


def test_a_colleague_who_cannot_be_reached_ends_nobodys_reminders() -> None:
    assert LETTERS[LetterKind.INVITATION].ends_reminders
    assert not LETTERS[LetterKind.HAND_OVER].ends_reminders
    assert not any(LETTERS[kind].ends_reminders for kind in LetterKind if kind.tells_staff)
