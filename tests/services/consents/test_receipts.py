"""A receipt is opened by its mailed keys and the browser that approved, and mailed where she is known to be."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.consents import consent_for
from wizard.models import (
    Authorization,
    Connection,
    Consent,
    Invitation,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    ReceiptKey,
    now,
)
from wizard.services.consents.receipts import (
    ASKED_FOR,
    Held,
    consent_to,
    find_key,
    held_consent,
    held_consent_to,
    invitation_of,
    known_address,
    mail_by_itself,
    mail_receipt,
    mail_to_known,
    mailed,
    make_key,
    may_name_address,
)
from wizard.services.contacts import contact_at
from wizard.services.crypto.digests import digest
from wizard.services.invitations import lifecycle
from wizard.services.outbox import Addressee

FRIDA = Addressee("frida@example.com", "sv")
HOME = Addressee("hemma@example.com", "en")
BROWSER = "her-browser"


@pytest.fixture
def invitation(session: Session, cast: Cast) -> Invitation:
    """The invitation that led to the connection."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    make_connection(session, link)
    return link.invitation


def connection_id(session: Session) -> int:
    """The id of the one connection."""
    return session.scalars(select(Connection.id)).one()


@pytest.fixture
def consent(session: Session, invitation: Invitation) -> Consent:
    """What Frida has approved."""
    made = consent_for(session, invitation.id, connection_id(session))
    session.commit()
    return made


def key(session: Session, invitation: Invitation, consent: Consent) -> tuple[str, ReceiptKey]:
    """A key that was mailed, and its secret."""
    secret = make_key(session, mail_receipt(session, invitation, consent, FRIDA))
    session.commit()
    found = find_key(session, secret)
    assert found
    return secret, found


def test_each_letter_has_a_key_of_its_own_which_is_kept_nowhere(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    (first, one), (second, other) = (key(session, invitation, consent) for _ in range(2))
    assert one.id != other.id
    assert one.consent_id == other.consent_id == consent.id
    stored = str(session.execute(text("select * from receipt_keys")).all())
    assert first not in stored
    assert second not in stored


def test_a_key_that_has_ended_opens_nothing(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    secret, found = key(session, invitation, consent)
    held = held_consent(session, consent.public_id, [found.id])
    assert held == Held(consent, gave_it=False)
    found.ended_at = now()
    session.commit()
    assert find_key(session, secret) is None
    assert held_consent(session, consent.public_id, [found.id]) is None


def test_a_key_opens_its_own_receipt_and_no_other(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    _, found = key(session, invitation, consent)
    other = consent_for(session, invitation.id, connection_id(session))
    session.commit()
    assert held_consent(session, other.public_id, [found.id]) is None
    assert held_consent(session, consent.public_id, []) is None
    assert find_key(session, "nobody's secret") is None


def test_a_receipt_leads_to_the_invitation_with_whom_to_call(
    session: Session, cast: Cast, invitation: Invitation, consent: Consent
) -> None:
    found = invitation_of(session, consent)
    assert found.id == invitation.id
    assert (found.company.firm.contact_name, found.created_by) == ("Britta Berg", cast.owner)


def authorization_of(session: Session, consent: Consent) -> Authorization:
    return session.get_one(Authorization, consent.authorization_id)


def receipts_posted(session: Session) -> list[str]:
    posted = select(Letter.recipient).where(Letter.kind == LetterKind.RECEIPT)
    return list(session.scalars(posted.order_by(Letter.id)))


def test_the_browser_that_approved_opens_it_without_a_key(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    authorization_of(session, consent).browser_hash = digest(BROWSER)
    session.commit()
    hers = Held(consent, gave_it=True)
    assert held_consent(session, consent.public_id, [], BROWSER) == hers
    assert held_consent_to(session, invitation.id, [], BROWSER) == hers
    assert held_consent(session, consent.public_id, [], "another") is None
    assert held_consent_to(session, invitation.id, [], None) is None
    assert consent_to(session, invitation) is consent


def test_it_is_mailed_by_itself_to_whom_the_link_was_mailed_and_to_nobody_by_a_copied_one(
    session: Session, cast: Cast, invitation: Invitation, consent: Consent
) -> None:
    authorization = authorization_of(session, consent)
    mail_by_itself(session, consent, authorization)
    assert receipts_posted(session) == []
    contact = contact_at(session, cast.firm.id, "anna@example.com", name="Anna Ek", language="sv")
    authorization.key.contact = contact
    session.commit()
    consent.wording = "2026-11/en"  # what she read
    mail_by_itself(session, consent, authorization)
    letter = mailed(session, consent).last
    assert letter
    assert (letter.recipient, letter.recipient_name) == ("anna@example.com", "Anna Ek")
    assert letter.language == "en"


def test_the_known_address_is_where_it_last_arrived_else_the_one_at_the_provider(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    assert known_address(session, consent) is None
    consent.approver_email = FRIDA.email
    assert known_address(session, consent) == mailed(session, consent).known == FRIDA
    secret = make_key(session, mail_receipt(session, invitation, consent, HOME))
    session.commit()
    key = find_key(session, secret)
    assert key
    assert known_address(session, consent) == mailed(session, consent).known == HOME
    work = mail_receipt(session, invitation, consent, Addressee("jobb@example.com", "sv"))
    assert known_address(session, consent, [key.id]) == HOME
    assert known_address(session, consent, []) == Addressee("jobb@example.com", "sv")
    work.status = LetterStatus.BOUNCED
    session.commit()
    assert known_address(session, consent) == mailed(session, consent).known == HOME
    assert mailed(session, consent).last is work


def test_a_second_press_mails_nothing_more_while_the_first_waits(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    first = mail_receipt(session, invitation, consent, FRIDA)
    assert mail_receipt(session, invitation, consent, Addressee("Frida@example.com", "sv")) is first
    assert mail_to_known(session, invitation, consent) == FRIDA
    first.status = LetterStatus.SENT
    session.commit()
    assert mail_to_known(session, invitation, consent) == FRIDA
    assert receipts_posted(session) == [FRIDA.email] * 2


def test_without_a_known_address_nothing_is_mailed(
    session: Session, invitation: Invitation, consent: Consent
) -> None:
    assert mail_to_known(session, invitation, consent) is None
    assert receipts_posted(session) == []


def test_an_address_is_named_on_the_day_or_where_none_is_known(consent: Consent) -> None:
    assert may_name_address(consent, FRIDA)
    consent.approved_at = now() - ASKED_FOR
    assert not may_name_address(consent, FRIDA)
    assert may_name_address(consent, None)
