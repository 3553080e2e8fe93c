"""A person at a client is one contact of the firm, who is pointed to by her letters, links and consents."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.services.upkeep.test_retention import SOON, ended, forget_after
from tests.support.cast import Cast
from wizard.models import (
    Consent,
    Contact,
    Invitation,
    InvitationKey,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    now,
)
from wizard.services import outbox
from wizard.services.consents import receipts
from wizard.services.contacts import contact_at
from wizard.services.invitations import lifecycle, mailing
from wizard.services.invitations.lifecycle import Link
from wizard.services.letters import dispatch
from wizard.services.outbox import Addressee
from wizard.services.upkeep import retention

ANNA = Addressee("anna@example.com", "sv", "Anna Ek")
BO = Addressee("bo@example.com", "en")
AT_ONCE = 8


@pytest.fixture
def link(session: Session, cast: Cast) -> Link:
    """An invitation to the company."""
    return lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)


def people(session: Session) -> list[Contact]:
    session.expire_all()
    return list(session.scalars(select(Contact).order_by(Contact.id)))


def put(
    session: Session, invitation: Invitation, to: Addressee, *, kind: LetterKind, sent: bool = True
) -> Letter:
    """A letter that has been sent, unless it still waits."""
    letter = outbox.post(session, kind, invitation, to)
    if sent:
        letter.status, letter.sent_at = LetterStatus.SENT, now()
    session.commit()
    return letter


def test_letters_to_one_address_go_to_one_contact_who_is_called_as_the_last_one_says(
    session: Session, cast: Cast
) -> None:
    mailing.mail_invitation(session, cast.company, "visma", cast.owner, ANNA, None)
    (anna,) = people(session)
    assert (anna.firm_id, anna.email, anna.name, anna.language) == (
        cast.firm.id,
        "anna@example.com",
        "Anna Ek",
        "sv",
    )
    pointed_to = session.scalars(select(Letter.contact_id)).all()
    assert len(pointed_to) > 1  # the invitation and its reminders
    assert set(pointed_to) == {anna.id}
    other_case = Addressee("Anna@Example.com", "en")
    mailing.mail_invitation(session, cast.company, "visma", cast.owner, other_case, None)
    (anna,) = people(session)
    assert (anna.email, anna.name, anna.language) == ("anna@example.com", "Anna Ek", "en")


def test_a_reminder_and_a_new_link_go_to_whom_the_invitation_went(
    session: Session, cast: Cast
) -> None:
    mailing.mail_invitation(session, cast.company, "visma", cast.owner, ANNA, None)
    kinds = select(Letter).order_by(Letter.id)
    invitation = session.scalars(kinds.where(Letter.kind == LetterKind.INVITATION)).one()
    reminders = session.scalars(kinds.where(Letter.kind == LetterKind.REMINDER)).all()
    assert reminders
    assert dispatch.take_up(session, invitation.id)
    invitation.status, invitation.sent_at = LetterStatus.SENT, now()
    mailing.mail_again(session, invitation)
    again = session.scalars(kinds.where(Letter.kind == LetterKind.LINK_AGAIN)).one()
    assert dispatch.take_up(session, again.id)
    (anna,) = people(session)
    assert {row.contact_id for row in (invitation, *reminders, again)} == {anna.id}
    assert session.scalars(select(InvitationKey.contact_id)).all() == [anna.id] * 2


def test_two_firms_know_the_same_person_each_for_themselves(session: Session, cast: Cast) -> None:
    for company in (cast.company, cast.other_company):
        mailing.mail_invitation(session, company, "visma", None, ANNA, None)
    assert [one.firm_id for one in people(session)] == [cast.firm.id, cast.other_firm.id]


def test_letters_to_the_firms_own_people_make_no_contact(session: Session, link: Link) -> None:
    outbox.post_to_sender(session, LetterKind.DONE, link.invitation)
    session.commit()
    assert people(session) == []


def test_many_who_write_to_a_new_address_at_once_get_one_contact(
    app: Flask, session: Session, cast: Cast
) -> None:
    ready = Barrier(AT_ONCE)

    def write(number: int) -> int:
        with app.extensions["sessions"]() as mine:
            mine.execute(select(1))
            ready.wait(10)
            email = "anna@example.com" if number % 2 else "ANNA@example.com"
            contact = contact_at(mine, cast.firm.id, email, name="Anna", language="sv")
            mine.commit()
            return contact.id

    with ThreadPoolExecutor(AT_ONCE) as writers:
        found = set(writers.map(write, range(AT_ONCE)))
    assert found == {one.id for one in people(session)}
    assert len(found) == 1


def test_two_who_send_to_a_new_address_at_once_end_in_one_contact(
    app: Flask, session: Session, cast: Cast, link: Link
) -> None:
    ready = Barrier(AT_ONCE)

    def send(_number: int) -> None:
        with app.extensions["sessions"]() as mine:
            company = mine.merge(cast.company, load=True)
            mine.commit()
            ready.wait(10)
            mailing.mail_invitation(mine, company, "visma", None, ANNA, None)

    with ThreadPoolExecutor(AT_ONCE) as senders:
        list(senders.map(send, range(AT_ONCE)))
    assert len(people(session)) == 1


def test_a_mailed_link_points_to_whom_it_was_mailed_and_a_copied_one_to_nobody(
    session: Session, link: Link
) -> None:
    letter = put(session, link.invitation, ANNA, kind=LetterKind.INVITATION, sent=False)
    assert dispatch.take_up(session, letter.id)
    (anna,) = people(session)
    newest = select(InvitationKey.contact_id).order_by(InvitationKey.id)
    assert session.scalars(newest).all() == [None, anna.id]


def test_a_consent_by_a_link_that_nobody_was_mailed_points_to_whom_the_receipt_went(
    session: Session, link: Link
) -> None:
    _connection, consent, _key = ended(session, link)
    assert consent.contact_id is None
    for to in (BO, ANNA):
        receipts.mail_receipt(session, link.invitation, consent, to)
    assert consent.contact
    assert consent.contact.email == "bo@example.com"


def test_a_contact_is_forgotten_with_the_last_letter_that_names_her(
    session: Session, link: Link
) -> None:
    first = put(session, link.invitation, ANNA, kind=LetterKind.INVITATION)
    (anna,) = people(session)
    key = session.scalars(select(InvitationKey)).one()
    key.contact_id = anna.id
    forget_after(session, retention.LETTER_ADDRESSES - SOON)
    assert people(session) == [anna]
    later = put(session, link.invitation, ANNA, kind=LetterKind.LINK_AGAIN)
    later.due_at = now() + timedelta(days=1)
    forget_after(session, retention.LETTER_ADDRESSES + SOON)
    assert first.contact_id is None  # to whom that one went is nobody's business any more
    assert people(session) == [anna]
    forget_after(session, retention.LETTER_ADDRESSES + timedelta(days=1) + SOON)
    assert people(session) == []
    assert [row.contact_id for row in (first, later, key)] == [None, None, None]


def test_a_contact_whose_letter_waits_stays(session: Session, link: Link) -> None:
    put(session, link.invitation, ANNA, kind=LetterKind.REMINDER, sent=False)
    forget_after(session, 2 * retention.LETTER_ADDRESSES)
    assert len(people(session)) == 1


def test_whom_a_receipt_went_to_stays_while_the_connection_lives_and_then_leaves_the_consent(
    session: Session, link: Link
) -> None:
    _connection, consent, key = ended(session, link)
    letter = session.get_one(Letter, key.letter_id)
    letter.status, consent.contact_id = LetterStatus.SENT, letter.contact_id
    forget_after(session, retention.APPROVER - SOON)
    assert consent.contact_id
    forget_after(session, retention.APPROVER + SOON)
    assert people(session) == []
    assert session.scalars(select(Consent.contact_id)).all() == [None]
    assert consent.approver_name  # the provider's word, a fact of the consent


def test_a_contact_who_is_written_to_in_that_moment_is_not_forgotten(
    app: Flask, session: Session, link: Link
) -> None:
    letter = put(session, link.invitation, ANNA, kind=LetterKind.INVITATION)
    with app.extensions["sessions"]() as other, ThreadPoolExecutor(1) as background:
        newer = outbox.post(
            other, LetterKind.LINK_AGAIN, other.get_one(Invitation, link.invitation.id), ANNA
        )
        letter.due_at = now() - retention.LETTER_ADDRESSES - SOON
        session.commit()
        forgetting = background.submit(lambda: retention.forget(session))
        other.commit()
        assert forgetting.result(10) == 1
        assert other.scalar(select(func.count(Contact.id))) == 1
        assert newer.contact_id
    assert session.scalars(select(Consent.id)).all() == []
