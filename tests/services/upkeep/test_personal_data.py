"""What is kept about a person is found by her address, and what may be erased is."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.webhooks import connect
from wizard.models import (
    AuditAction,
    AuditEntry,
    Connection,
    ConnectionStatus,
    Contact,
    Letter,
    LetterKind,
    LetterStatus,
    now,
)
from wizard.services import outbox
from wizard.services.invitations import lifecycle
from wizard.services.outbox import Addressee
from wizard.services.upkeep import personal_data
from wizard.services.upkeep.personal_data import PARTS, Why
from wizard.services.values.email_addresses import EmailInvalidError

HERS = "Anna@Kund.example"


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """A connection that Anna approved, after an invitation and with a receipt by mail."""
    made = connect(session, cast.company)
    made.approver_name, made.approver_email = "Anna Ek", HERS
    invitation = lifecycle.begin(session, cast.other_company, "visma", cast.stranger)
    for kind in (LetterKind.INVITATION, LetterKind.RECEIPT, LetterKind.REMINDER):
        letter = outbox.post(session, kind, invitation, Addressee(HERS, "sv", "Anna"), words="Hej!")
        if kind is not LetterKind.REMINDER:
            letter.status, letter.sent_at = LetterStatus.SENT, now()
    session.commit()
    return made


def kinds(session: Session) -> dict[str, Why | None]:
    return {part.kind: part.why for part in personal_data.collect(session, HERS)}


def test_everything_by_her_address_is_found_with_why_it_stays(
    session: Session, connection: Connection
) -> None:
    assert kinds(session) == {
        "contact": None,
        "letters": None,
        "receipt_letters": Why.RECEIPT_ADDRESS,
        "waiting_letters": Why.WAITING,
        "connections": Why.LIVING,
    }
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.PERSON_READ)
    ).one()
    assert entry.person == HERS.lower()
    assert kinds(session)["trail"] is Why.TRAIL


def test_what_nothing_needs_is_erased_and_the_rest_stays(
    session: Session, connection: Connection
) -> None:
    assert personal_data.erase(session, f" {HERS} ") == 1
    letters = session.scalars(select(Letter).order_by(Letter.id)).all()
    kept = {letter.kind: letter.recipient for letter in letters}
    assert kept == {
        LetterKind.INVITATION: "",
        LetterKind.RECEIPT: HERS,
        LetterKind.REMINDER: HERS,
    }
    assert (letters[0].words, letters[0].recipient_name) == (None, None)
    assert connection.approver_email == HERS
    assert "letters" not in kinds(session)


def test_an_ended_connection_forgets_her_and_no_letter_means_no_contact(
    session: Session, connection: Connection
) -> None:
    connection.status, connection.ended_at, connection.grant_id = (
        ConnectionStatus.DISCONNECTED,
        now(),
        None,
    )
    for letter in session.scalars(select(Letter)):
        letter.kind, letter.status = LetterKind.INVITATION, LetterStatus.SENT
    session.commit()
    assert personal_data.erase(session, HERS) == 5
    session.expire_all()
    assert (connection.approver_name, connection.approver_email) == (None, None)
    assert session.scalars(select(Contact)).all() == []
    assert set(kinds(session)) == {"trail"}
    erased = select(AuditEntry).where(AuditEntry.action == AuditAction.PERSON_ERASED)
    assert session.scalars(erased).one().after == {"number": 5}


def test_staff_are_found_with_their_account(session: Session, cast: Cast) -> None:
    [account] = personal_data.collect(session, cast.owner.email)
    assert (account.kind, account.why) == ("account", Why.ACCOUNT)
    assert account.rows[0]["name"] == "Olga Ek"
    assert "password_hash" not in account.rows[0]
    [firm] = [
        part for part in personal_data.collect(session, "britta@example.com") if part.kind == "firm"
    ]
    assert len(firm.rows) == 2


def test_what_is_no_address_is_refused(session: Session) -> None:
    with pytest.raises(EmailInvalidError):
        personal_data.collect(session, "x")
    with pytest.raises(EmailInvalidError):
        personal_data.erase(session, "x")


def test_no_part_holds_a_secret() -> None:
    shown = {column for _kind, _why, _query, columns in PARTS for column in columns}
    assert not {one for one in shown if "hash" in one or "secret" in one or "token" in one}
