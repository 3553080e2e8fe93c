"""What is personal is forgotten at its time, not before, and what may be kept remains."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support import bulk
from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.connections import make_connection
from tests.support.tables import line
from wizard.jobs.worker import work
from wizard.models import (
    Actor,
    Authorization,
    AuthorizationStatus,
    Base,
    BulkAct,
    BulkAction,
    BulkRow,
    CompanyImport,
    Connection,
    ConnectionStatus,
    Consent,
    DisconnectCode,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    Promise,
    ReceiptKey,
    User,
    now,
)
from wizard.services import outbox
from wizard.services.accounts import sessions
from wizard.services.authorizations import outcomes
from wizard.services.authorizations.check import TOKENS_WAIT
from wizard.services.concurrency.queue import enqueue
from wizard.services.grants.revocation import GIVE_UP_AFTER
from wizard.services.history import record
from wizard.services.imports import judging
from wizard.services.imports import running as importing
from wizard.services.imports.judging import By
from wizard.services.invitations import lifecycle
from wizard.services.invitations.lifecycle import VALIDITY, Link
from wizard.services.outbox import Addressee
from wizard.services.upkeep import retention

ANNA = Addressee("anna@example.com", "sv", "Anna Ek")
SOON = timedelta(hours=1)


@pytest.fixture
def link(session: Session, cast: Cast) -> Link:
    """An invitation to the company."""
    return lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)


def forget_after(session: Session, after: timedelta) -> None:
    """Let time pass, and forget all that has had its time."""
    session.commit()
    with time_machine.travel(now() + after, tick=True):
        while retention.forget(session):
            pass
        assert retention.forget(session) == 0
    session.expire_all()


def authorization_of(session: Session, link: Link, **changes: object) -> Authorization:
    """An authorization by this link that came to nothing, unless `changes` say otherwise."""
    key_id = session.scalars(select(InvitationKey.id).order_by(InvitationKey.id)).first()
    facts: dict[str, object] = {
        "invitation_id": link.invitation.id,
        "key_id": key_id,
        "state_hash": bytes([session.scalar(select(func.count(Authorization.id))) or 0]) * 32,
        "browser_hash": b"b" * 32,
        "code_verifier": "sealed",
        "status": AuthorizationStatus.FAILED,
    }
    authorization = Authorization(**{**facts, **changes})
    session.add(authorization)
    session.commit()
    return authorization


def secrets_of(authorization: Authorization) -> list[str | None]:
    return [authorization.code_verifier, authorization.code]


def is_there(session: Session, kind: type[Base], row_id: int) -> bool:
    return session.scalar(select(func.count()).where(kind.id == row_id)) == 1


def test_of_a_letter_only_that_it_was_sent_remains(session: Session, link: Link) -> None:
    letter = outbox.post(
        session, LetterKind.HAND_OVER, link.invitation, ANNA, words="Hej", signed="Frida"
    )
    letter.status, letter.sent_at = LetterStatus.SENT, now()
    forget_after(session, retention.LETTER_ADDRESSES - SOON)
    assert letter.recipient == "anna@example.com"
    forget_after(session, retention.LETTER_ADDRESSES + SOON)
    assert (letter.recipient, letter.recipient_name, letter.words, letter.signed) == (
        "",
        None,
        None,
        None,
    )
    assert letter.kind is LetterKind.HAND_OVER
    assert letter.sent_at


def test_where_a_mail_was_promised_is_forgotten(session: Session, link: Link) -> None:
    authorization = authorization_of(session, link, status=AuthorizationStatus.SUCCEEDED)
    promise = Promise(
        authorization_id=authorization.id, recipient="anna@example.com", language="sv"
    )
    session.add(promise)
    session.commit()
    row_id = promise.id
    forget_after(session, retention.LETTER_ADDRESSES - SOON)
    assert is_there(session, Promise, row_id)
    forget_after(session, retention.LETTER_ADDRESSES + SOON)
    assert not is_there(session, Promise, row_id)


def test_a_letter_that_waits_is_left_alone(session: Session, link: Link) -> None:
    letter = outbox.post(session, LetterKind.INVITATION, link.invitation, ANNA)
    forget_after(session, 2 * retention.LETTER_ADDRESSES)
    assert letter.recipient == "anna@example.com"


def test_the_reason_for_a_no_and_who_was_warned_are_forgotten(session: Session, link: Link) -> None:
    notes = {
        EventKind.INVITATION_DECLINED: "Nej",
        EventKind.WARNED: "Olga Ek",
        EventKind.INSIGHT_ASKED: "Varför A12?",
    }
    events = [
        record(session, kind, link.invitation, actor=Actor.APPROVER, note=note)
        for kind, note in notes.items()
    ]
    other = record(session, EventKind.STEP_DONE, link.invitation, note="company")
    forget_after(session, retention.WORDS - SOON)
    assert [event.note for event in events] == [*notes.values()]
    forget_after(session, retention.WORDS + SOON)
    assert [event.note for event in events] == [None, None, None]
    assert other.note == "company"


def test_an_authorization_that_came_to_nothing_loses_its_secrets_and_then_goes(
    session: Session, link: Link
) -> None:
    authorization = authorization_of(session, link, code="sealed")
    away = authorization_of(session, link, status=AuthorizationStatus.AWAY)
    forget_after(session, retention.LOGIN_SECRETS - SOON)
    assert secrets_of(authorization) == ["sealed", "sealed"]
    assert secrets_of(away) == ["sealed", None]
    forget_after(session, retention.LOGIN_SECRETS + SOON)
    assert secrets_of(authorization) == secrets_of(away) == [None, None]
    forget_after(session, retention.ATTEMPTS + SOON)
    assert not is_there(session, Authorization, authorization.id)
    assert not is_there(session, Authorization, away.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": AuthorizationStatus.CHECKING},
        {"status": AuthorizationStatus.RETURNED, "code": "sealed"},
        {"status": AuthorizationStatus.SUCCEEDED},
    ],
)
def test_an_authorization_with_something_left_to_do_or_to_show_stays(
    session: Session, link: Link, changes: dict[str, object]
) -> None:
    authorization = authorization_of(session, link, **changes)
    forget_after(session, 2 * retention.ATTEMPTS)
    assert authorization.code_verifier
    assert is_there(session, Authorization, authorization.id)


def test_the_links_of_an_ended_invitation_go_but_the_one_that_led_to_a_connection(
    session: Session, cast: Cast, link: Link
) -> None:
    authorization = authorization_of(session, link, status=AuthorizationStatus.SUCCEEDED)
    used = session.get_one(InvitationKey, authorization.key_id)
    used.last_seen_at = now()
    other = lifecycle.show_link(session, link.invitation, cast.owner)
    connection = make_connection(session, other)
    forget_after(session, retention.LINKS - SOON)
    assert session.scalar(select(func.count(InvitationKey.id))) == 2
    forget_after(session, retention.LINKS + SOON)
    assert session.scalars(select(InvitationKey.id)).all() == [used.id]
    assert session.scalar(select(InvitationKey.last_seen_at)) is None
    assert is_there(session, Connection, connection.id)


def test_a_living_invitation_keeps_its_links(session: Session, link: Link) -> None:
    session.get_one(Invitation, link.invitation.id).expires_at = now() + timedelta(days=3650)
    forget_after(session, 2 * retention.LINKS)
    assert session.scalar(select(func.count(InvitationKey.id))) == 1


def named(row: Connection | Consent) -> list[str | None]:
    return [row.approver_name, row.approver_email]


def ended(session: Session, link: Link) -> tuple[Connection, Consent, ReceiptKey]:
    """A connection that has ended, its receipt, and the receipt's address."""
    authorization = authorization_of(session, link, status=AuthorizationStatus.SUCCEEDED)
    connection = make_connection(
        session, link, status=ConnectionStatus.DISCONNECTED, ended_at=now()
    )
    consent = consent_of(connection, authorization)
    session.add(consent)
    session.flush()
    letter = outbox.post(session, LetterKind.RECEIPT, link.invitation, ANNA, consent=consent)
    key = ReceiptKey(consent_id=consent.id, letter_id=letter.id, secret_hash=b"k" * 32)
    session.add(key)
    session.commit()
    return connection, consent, key


def consent_of(connection: Connection, authorization: Authorization) -> Consent:
    """What was approved on an authorization, not yet in the database."""
    return Consent(
        connection_id=connection.id,
        authorization_id=authorization.id,
        firm_name="Byrån AB",
        company_name="Ängsbageriet AB",
        organisation_number="5591234561",
        provider="visma",
        scopes="",
        wording="",
        approver_name="Frida Fors",
        approver_email="frida@example.com",
        approver_is_consultant=True,
    )


def test_who_approved_leaves_the_connection_first_and_the_receipt_last(
    session: Session, link: Link
) -> None:
    connection, consent, key = ended(session, link)
    forget_after(session, retention.APPROVER - SOON)
    assert named(connection) == ["Frida Fors", "frida@example.com"]
    forget_after(session, retention.APPROVER + SOON)
    assert named(connection) == [None, None]
    forget_after(session, retention.RECEIPTS - SOON)
    assert named(consent) == ["Frida Fors", "frida@example.com"]
    assert is_there(session, ReceiptKey, key.id)
    forget_after(session, retention.RECEIPTS + SOON)
    assert named(consent) == [None, None]
    assert consent.approver_is_consultant is None
    assert consent.company_name == "Ängsbageriet AB"
    assert not is_there(session, ReceiptKey, key.id)


def test_a_sole_traders_number_and_name_leave_the_receipt_with_who_approved(
    session: Session, link: Link
) -> None:
    _connection, consent, _key = ended(session, link)
    consent.organisation_number, consent.approver_name = "8001019230", None
    consent.approver_email = None
    forget_after(session, retention.RECEIPTS - SOON)
    assert consent.organisation_number == "8001019230"
    forget_after(session, retention.RECEIPTS + SOON)
    assert (consent.company_name, consent.organisation_number) == ("", "")


def test_a_living_connection_keeps_who_approved_for_ever(session: Session, link: Link) -> None:
    connection, consent, _key = ended(session, link)
    connection.status, connection.ended_at = ConnectionStatus.ACTIVE, None
    forget_after(session, 2 * retention.RECEIPTS)
    assert connection.approver_name == consent.approver_name == "Frida Fors"


def test_history_goes_with_the_receipts(session: Session, link: Link) -> None:
    lines = select(func.count(Event.id))
    there = session.scalar(lines)
    forget_after(session, retention.RECEIPTS - SOON)
    assert session.scalar(lines) == there
    forget_after(session, retention.RECEIPTS + SOON)
    assert session.scalar(lines) == 0


def test_a_closed_account_goes_when_no_history_names_it(session: Session, cast: Cast) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    for user_id in (cast.owner.id, cast.colleague.id):
        session.get_one(User, user_id).active = False
    forget_after(session, retention.RECEIPTS - SOON)
    names = select(User.name).order_by(User.id)
    assert "" not in session.scalars(names).all()
    with time_machine.travel(now() + timedelta(days=1), tick=True):
        record(session, EventKind.LINK_MADE, link.invitation, staff=cast.owner, note="copied")
        session.commit()
    forget_after(session, retention.RECEIPTS + SOON)
    gone = select(User.id).where(User.name == "")
    assert session.scalars(gone).all() == [cast.colleague.id]


def test_codes_go_after_a_day(session: Session, link: Link) -> None:
    _connection, consent, key = ended(session, link)
    code = DisconnectCode(consent_id=consent.id, letter_id=key.letter_id, code_hash="x")
    session.add(code)
    forget_after(session, retention.LOGIN_SECRETS - SOON)
    assert is_there(session, DisconnectCode, code.id)
    forget_after(session, retention.LOGIN_SECRETS + SOON)
    assert not is_there(session, DisconnectCode, code.id)


def test_more_than_one_round_holds_is_forgotten_and_held_rows_are_passed_by(
    app: Flask, session: Session, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SOME", 2)
    for _ in range(5):
        letter = outbox.post(session, LetterKind.INVITATION, link.invitation, ANNA)
        letter.status = LetterStatus.CANCELLED
    session.commit()
    left = select(func.count(Letter.id)).where(Letter.recipient != "")
    with app.extensions["sessions"]() as other:
        held = other.scalars(select(Letter).order_by(Letter.id).limit(1).with_for_update()).one()
        forget_after(session, retention.LETTER_ADDRESSES + SOON)
        assert session.scalars(select(Letter.id).where(Letter.recipient != "")).all() == [held.id]
    forget_after(session, retention.LETTER_ADDRESSES + SOON)
    assert session.scalar(left) == 0


def test_the_background_forgets(app: Flask, session: Session, link: Link) -> None:
    letter = outbox.post(session, LetterKind.INVITATION, link.invitation, ANNA)
    letter.status, letter.due_at = LetterStatus.CANCELLED, now() - retention.LETTER_ADDRESSES - SOON
    enqueue(session, "forget_personal_data", timestamp=0)
    session.commit()
    work(app, wait=False)
    session.expire_all()
    assert letter.recipient == ""


def test_lists_are_kept_as_long_as_addresses_and_none_under_way_is_forgotten(
    session: Session, cast: Cast
) -> None:
    imports = [judging.read(session, cast.firm, By(cast.owner), line(n)) for n in range(2)]
    importing.start(session, imports[0], invites=False)
    acts = [
        act(session, cast.owner, BulkAct.RESPONSIBLE, cast.company, to=cast.owner)
        for act in (bulk.begun, bulk.previewed)
    ]
    forget_after(session, retention.LETTER_ADDRESSES - SOON)
    assert session.scalar(select(func.count(BulkRow.id))) == 2
    forget_after(session, retention.LETTER_ADDRESSES + SOON)
    assert session.scalars(select(BulkAction.id)).all() == [acts[0].id]
    assert session.scalars(select(CompanyImport.id)).all() == [imports[0].id]
    assert session.scalar(select(func.count(BulkRow.id))) == 1


def test_data_says_these_very_times(app: Flask) -> None:
    hour = timedelta(hours=1)
    years = retention.RECEIPTS.days // 365
    said = [
        f"En länk gäller i {VALIDITY.days} dagar.",
        f"tas bort {retention.LINKS.days} dagar efter att inbjudan tog slut",
        f"med nycklar i högst {TOKENS_WAIT // hour} timmar",
        f"i upp till {GIVE_UP_AFTER.days} dagar",
        f"Uppgifter om försöket tas bort efter {retention.ATTEMPTS.days} dagar",
        f"tas namnet bort efter {outcomes.REMEMBERED // hour} timmar",
        f"det som någon skrev i det, tas bort efter {retention.LETTER_ADDRESSES.days} dagar",
        f"vem vi varnade om vad, tas bort efter {retention.WORDS.days} dagar",
        f"{retention.APPROVER.days} dagar senare tas ditt namn",
        f"tas bort {retention.APPROVER.days} dagar efter att kopplingen avslutades",
        f"på kvittot tas bort {years} år efter att kopplingen avslutades",
        f"Historiken tas bort efter {years} år",
        f"En inloggning gäller i {sessions.DEFAULT.whole // hour} timmar",
    ]
    words = Browser.open(app).get("/uppgifter", 200).words
    for sentence in said:
        assert sentence in words
    english = Browser.open(app).get("/uppgifter?lang=en", 200).words
    assert f"deleted after {retention.LETTER_ADDRESSES.days} days" in english
    assert f"{years} years after the connection ended" in english
