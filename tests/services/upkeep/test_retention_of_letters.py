"""Where receipts went, and what warnings told of, are kept while somebody needs it, and then forgotten."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.services.upkeep.test_retention import (
    SOON,
    authorization_of,
    consent_of,
    ended,
    forget_after,
)
from tests.support.broken import connect, need_renewal, recover
from tests.support.cast import Cast
from wizard.models import (
    AuthorizationStatus,
    ConnectionStatus,
    ConnectionWarning,
    KeyPurpose,
    Letter,
    LetterStatus,
    now,
)
from wizard.services.consents import receipts
from wizard.services.invitations import lifecycle
from wizard.services.invitations.lifecycle import Link
from wizard.services.outbox import Addressee
from wizard.services.upkeep import retention
from wizard.services.warnings import firm_warnings, incidents

LATER = timedelta(minutes=11)


@pytest.fixture
def link(session: Session, cast: Cast) -> Link:
    """An invitation to the company."""
    return lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)


def test_where_a_receipt_went_is_kept_while_the_connection_is_hers(
    session: Session, link: Link
) -> None:
    connection, consent, key = ended(session, link)
    letter = session.get_one(Letter, key.letter_id)
    letter.status = LetterStatus.SENT
    connection.status, connection.ended_at = ConnectionStatus.ACTIVE, None
    forget_after(session, 2 * retention.RECEIPTS)
    assert receipts.known_address(session, consent) == Addressee("anna@example.com", "sv")
    connection.status, connection.ended_at = ConnectionStatus.DISCONNECTED, now()
    forget_after(session, retention.APPROVER - SOON)
    assert letter.recipient == "anna@example.com"
    forget_after(session, retention.APPROVER + SOON)
    assert (letter.recipient, letter.recipient_name) == ("", None)


def test_where_a_receipt_went_goes_when_somebody_has_renewed(session: Session, link: Link) -> None:
    connection, _consent, key = ended(session, link)
    letter = session.get_one(Letter, key.letter_id)
    letter.status = LetterStatus.SENT
    connection.status, connection.ended_at = ConnectionStatus.ACTIVE, None
    authorization = authorization_of(session, link, status=AuthorizationStatus.SUCCEEDED)
    session.add(consent_of(connection, authorization))
    forget_after(session, retention.APPROVER - SOON)
    assert letter.recipient == "anna@example.com"
    forget_after(session, retention.APPROVER + SOON)
    assert letter.recipient == ""


def test_what_a_warning_told_of_goes_with_whom_it_went_to_but_not_while_the_trouble_lasts(
    session: Session, cast: Cast
) -> None:
    lasting, over = (connect(session, cast.firm, cast.owner, number) for number in range(2))
    need_renewal(session, lasting, over)
    with time_machine.travel(now() + LATER, tick=True):
        firm_warnings.tell(session)
    for letter in session.scalars(select(Letter)):
        letter.status = LetterStatus.SENT
    recover(session, over)
    told = select(ConnectionWarning.connection_id).order_by(ConnectionWarning.connection_id)
    forget_after(session, retention.LETTER_ADDRESSES - SOON)
    assert session.scalars(told).all() == [lasting.id, over.id]
    forget_after(session, retention.LETTER_ADDRESSES + SOON)
    assert session.scalars(told).all() == [lasting.id]
    with time_machine.travel(now() + 2 * retention.LETTER_ADDRESSES, tick=True):
        assert firm_warnings.tell(session) == 0  # the trouble that lasts is not told of again
    recover(session, lasting)
    forget_after(session, retention.LETTER_ADDRESSES + SOON)
    assert session.scalars(told).all() == []


def test_what_a_deputy_was_told_of_stays_for_as_long_as_her_letter(
    session: Session, cast: Cast
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    need_renewal(session, connection)
    with time_machine.travel(now() + LATER, tick=True):
        firm_warnings.tell(session)
    first = session.scalars(select(Letter)).one()
    first.status, first.sent_at = LetterStatus.SENT, now()
    session.commit()
    with time_machine.travel(now() + incidents.DEPUTY_AFTER + LATER, tick=True):
        firm_warnings.tell(session)
    for letter in session.scalars(select(Letter)):
        letter.status = LetterStatus.SENT
    recover(session, connection)
    told = select(func.count(ConnectionWarning.id))
    forget_after(session, retention.LETTER_ADDRESSES + incidents.DEPUTY_AFTER)
    assert session.scalar(told) == 1
    forget_after(session, retention.LETTER_ADDRESSES + incidents.DEPUTY_AFTER + SOON)
    assert session.scalar(told) == 0
