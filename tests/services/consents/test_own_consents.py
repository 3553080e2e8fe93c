"""The key to all that an address has approved: made for its letter, hashed, and good for an hour."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.consents import consent_for
from wizard.models import Connection, Consent, KeyPurpose, Letter, LetterKind, now
from wizard.services.consents import own_consents, receipts
from wizard.services.consents.own_consents import LIVES
from wizard.services.invitations import lifecycle
from wizard.services.outbox import Addressee
from wizard.services.upkeep import retention
from wizard.services.values.email_addresses import EmailInvalidError

HERS = "frida@example.com"


@pytest.fixture
def consent(session: Session, cast: Cast) -> Consent:
    """What Frida has approved."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    connection = make_connection(session, link)
    made = consent_for(
        session, link.invitation.id, connection.id, approver_email="Frida@Example.com"
    )
    session.commit()
    return made


def letter(session: Session, email: str = HERS) -> Letter:
    own_consents.ask(session, email, "sv")
    return session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()


def key_id(session: Session, email: str = HERS) -> int:
    secret = own_consents.make_key(session, letter(session, email))
    session.commit()
    found = own_consents.find_key(session, secret)
    assert found
    return found.id


def test_the_letter_belongs_to_no_firm_and_is_wanted_where_something_was_approved(
    session: Session, consent: Consent
) -> None:
    assert consent
    hers = letter(session)
    assert (hers.firm_id, hers.invitation_id, hers.contact_id) == (None, None, None)
    assert own_consents.is_wanted(session, hers)
    assert not own_consents.is_wanted(session, letter(session, "bo@example.com"))
    with time_machine.travel(now() + LIVES + timedelta(minutes=1)):
        assert not own_consents.is_wanted(session, hers)
    with pytest.raises(EmailInvalidError):
        own_consents.ask(session, "ingen adress", "sv")


def test_a_secret_is_kept_nowhere_and_a_newer_ends_the_earlier(
    session: Session, consent: Consent
) -> None:
    assert consent
    first = own_consents.make_key(session, letter(session))
    session.commit()
    second = own_consents.make_key(session, letter(session))
    session.commit()
    stored = str(session.execute(text("select * from consents_keys")).all())
    assert first not in stored
    assert second not in stored
    assert own_consents.find_key(session, first) is None
    assert own_consents.find_key(session, second)


def test_it_opens_what_its_address_approved_and_no_more(
    session: Session, cast: Cast, consent: Consent
) -> None:
    link = lifecycle.activate(session, cast.other_company, "visma", None, KeyPurpose.COPIED)
    connection = make_connection(session, link, approver_email="bo@example.com")
    others = consent_for(
        session, link.invitation.id, connection.id, approver_email="bo@example.com"
    )
    session.commit()
    hers = key_id(session)
    assert [one.consent.id for one in own_consents.approved(session, hers).rows] == [consent.id]
    assert receipts.held_consent(session, consent.public_id, [], None, hers)
    assert receipts.held_consent(session, others.public_id, [], None, hers) is None
    assert own_consents.address_on(session, hers, consent) == Addressee(HERS, "sv")
    assert own_consents.address_on(session, hers, others) is None
    assert own_consents.address_on(session, None, consent) is None
    assert own_consents.address_of(session, hers) == HERS
    with time_machine.travel(now() + LIVES + timedelta(minutes=1)):
        assert own_consents.address_of(session, hers) is None
        assert own_consents.address_on(session, hers, consent) is None
        assert receipts.held_consent(session, consent.public_id, [], None, hers) is None


def test_only_the_newest_of_a_connection_is_offered_to_end(
    session: Session, consent: Consent
) -> None:
    authorized = session.get_one(Connection, consent.connection_id).invitation_id
    own = consent_for(session, authorized, consent.connection_id, approver_email=HERS)
    session.commit()
    rows = own_consents.approved(session, key_id(session)).rows
    said = [(one.consent.id, one.is_replaced, one.is_hers, one.may_end) for one in rows]
    assert said == [(own.id, False, True, True), (consent.id, True, True, False)]
    consent_for(session, authorized, consent.connection_id, approver_email=None)
    session.commit()
    rows = own_consents.approved(session, key_id(session)).rows
    assert [(one.is_hers, one.may_end) for one in rows] == [(False, False), (False, False)]


def test_a_letter_whose_address_is_forgotten_opens_nothing(
    session: Session, consent: Consent
) -> None:
    consent.approver_email = ""
    hers = key_id(session)
    session.scalars(
        select(Letter).where(Letter.kind == LetterKind.CONSENTS_LINK)
    ).one().recipient = ""
    session.commit()
    assert own_consents.approved(session, hers).rows == []


def test_keys_are_deleted_a_day_later(session: Session, consent: Consent) -> None:
    assert consent
    key_id(session)
    retention.forget(session)
    assert session.scalar(text("select count(*) from consents_keys")) == 1
    with time_machine.travel(now() + timedelta(days=1, minutes=1)):
        retention.forget(session)
    assert session.scalar(text("select count(*) from consents_keys")) == 0


def test_the_list_is_read_by_indexes(session: Session, consent: Consent) -> None:
    assert consent
    hers = key_id(session)
    session.execute(text("set local enable_seqscan = off"))
    query = select(Consent.id).where(own_consents.opened_by(hers))
    raw = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(session.scalars(text(f"explain {raw}".replace(":", "\\:"))))
    assert "ix_consents_approver_email" in plan
    assert "ix_consents_contact_id" in plan
