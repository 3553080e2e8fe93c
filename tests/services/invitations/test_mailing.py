"""What is asked to be mailed goes to whom it may, and only while there is something to mail about."""

import os

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.mail import ANNA, Mail, Send
from tests.support.mail_server import MailServer, secret_of
from wizard.models import Authorization, InvitationKey, KeyPurpose, Letter, LetterKind
from wizard.services.crypto.digests import digest
from wizard.services.invitations import lifecycle, mailing, reminders, visits
from wizard.services.invitations.inviting import ConnectedAlreadyError
from wizard.services.invitations.lifecycle import InvitationEndedError
from wizard.services.invitations.mailing import Colleague
from wizard.services.outbox import Addressee

BO = Addressee("bo@example.com", "en")
STATE = "a state that came back without its browser"


def kinds(session: Session) -> list[LetterKind]:
    """The letters in the outbox, in the order in which they were put there."""
    session.expire_all()
    return list(session.scalars(select(Letter.kind).order_by(Letter.id)))


def authorization(session: Session, key: InvitationKey) -> None:
    """Somebody has gone to the provider by this link."""
    session.add(
        Authorization(
            invitation_id=key.invitation_id,
            key_id=key.id,
            state_hash=digest(STATE),
            browser_hash=os.urandom(32),
        )
    )
    session.commit()


@pytest.fixture
def key(session: Session, mail: Mail, send: Send, mail_server: MailServer) -> InvitationKey:
    """The link that Anna was mailed."""
    mail()
    send()
    found = visits.find_key(session, secret_of(mail_server.letters[0]).removeprefix("/k/"))
    assert found
    return found


def test_an_invitation_is_mailed_with_its_reminders_and_again_to_another(
    session: Session, cast: Cast, mail: Mail
) -> None:
    made = lifecycle.activate(session, cast.company, "visma", None, KeyPurpose.COPIED)
    assert made.invitation.created_by_id is None
    invitation = mail()
    assert (invitation.id, invitation.created_by_id) == (made.invitation.id, cast.owner.id)
    assert mail(to=BO).id == invitation.id
    sent = kinds(session)
    assert sent.count(LetterKind.INVITATION) == 2
    assert set(sent) == {LetterKind.INVITATION, *reminders.KINDS}


def test_nothing_is_mailed_about_a_company_that_needs_no_invitation(
    session: Session, cast: Cast, mail: Mail
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", None, KeyPurpose.COPIED)
    make_connection(session, link)
    with pytest.raises(ConnectedAlreadyError):
        mail()
    assert kinds(session) == []


def test_a_colleague_is_mailed_unless_it_is_too_late(
    session: Session, cast: Cast, key: InvitationKey
) -> None:
    before = kinds(session)
    mailing.mail_colleague(session, key, Colleague(BO, "Anna", None))
    assert kinds(session) == [*before, LetterKind.HAND_OVER]
    assert [letter.recipient for letter in mailing.asked_from(session, key)] == [BO.email]
    lifecycle.withdraw(session, key.invitation, cast.owner)
    with pytest.raises(InvitationEndedError):
        mailing.mail_colleague(session, key, Colleague(BO, "Anna", None))
    assert kinds(session) == [*before, LetterKind.HAND_OVER]


def test_a_lost_link_is_mailed_to_where_it_went_and_nowhere_else(
    session: Session, key: InvitationKey, send: Send, mail_server: MailServer
) -> None:
    assert mailing.find_astray(session, digest(STATE)) is None
    authorization(session, key)
    found = mailing.find_astray(session, digest(STATE))
    assert found
    assert (found.id, found.recipient) == (key.letter_id, ANNA.email)
    mailing.mail_again(session, found)
    send()
    again = mail_server.to(ANNA.email)[-1]
    assert again["To"].addresses[0].display_name == ANNA.name
    assert secret_of(again) != secret_of(mail_server.letters[0])


def test_a_lost_link_whose_time_is_over_is_not_mailed(
    session: Session, cast: Cast, key: InvitationKey
) -> None:
    authorization(session, key)
    lifecycle.new_link(session, key.invitation, cast.owner)
    assert mailing.find_astray(session, digest(STATE)) is None


def test_a_link_that_was_never_mailed_finds_no_address(session: Session, cast: Cast) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    found = visits.find_key(session, link.secret)
    assert found
    authorization(session, found)
    assert mailing.find_astray(session, digest(STATE)) is None


def test_what_a_browser_may_keep_of_a_state_does_not_tell_it() -> None:
    kept = mailing.state_digest(STATE)
    assert bytes.fromhex(kept) == digest(STATE)
    assert STATE not in kept
