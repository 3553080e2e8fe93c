"""Changing, archiving and removing a company, and what keeps one from being removed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.mail import Mail
from tests.support.mail_server import MailServer, send_due
from wizard.models import (
    AuditAction,
    AuditEntry,
    Authorization,
    Base,
    Company,
    ConnectionStatus,
    Grant,
    GrantState,
    InvitationKey,
    KeyPurpose,
    Letter,
    Promise,
    now,
)
from wizard.services.companies import company_records
from wizard.services.companies.company_records import NotRemovableError, Obstacle
from wizard.services.invitations import lifecycle
from wizard.services.values.own_words import WordsUnfairError
from wizard.services.values.references import ReferenceInvalidError


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


def test_a_change_is_told_to_the_trail_and_the_same_again_is_none(
    session: Session, cast: Cast
) -> None:
    for _ in range(2):
        company_records.change(session, cast.company, "Ängsbageriet i Lund AB", " K 1042 ")
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.COMPANY_CHANGED)
    ).one()
    assert entry.before == {"name": "Ängsbageriet AB", "own_reference": None}
    assert entry.after == {"name": "Ängsbageriet i Lund AB", "own_reference": "K 1042"}


@pytest.mark.parametrize(
    ("reference", "error"),
    [("x" * 51, ReferenceInvalidError), ("evil.app", WordsUnfairError)],
)
def test_a_reference_is_short_and_no_address(
    session: Session, cast: Cast, reference: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        company_records.change(session, cast.company, "A", reference)


def test_reminders_of_an_archived_company_stop_and_go_on_when_it_is_taken_back(
    app: Flask, session: Session, cast: Cast, mail: Mail, mail_server: MailServer
) -> None:
    mail()
    send_due(app)
    company = session.get_one(Company, cast.company.id)
    company_records.archive(session, company)
    assert len(mail_server.letters) == 1
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        send_due(app)
        assert len(mail_server.letters) == 1
        company_records.take_back(session, company)
    with time_machine.travel(now() + timedelta(days=8), tick=True):
        send_due(app)
        assert len(mail_server.letters) == 2


def test_who_invites_an_archived_company_takes_it_back(session: Session, cast: Cast) -> None:
    company_records.archive(session, cast.company)
    lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    assert cast.company.archived_at is None


def test_what_keeps_a_company_is_said_and_ends(app: Flask, session: Session, cast: Cast) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    assert company_records.obstacle(session, cast.company) is Obstacle.INVITED
    with pytest.raises(NotRemovableError):
        company_records.remove(session, cast.company)
    lifecycle.withdraw(session, link.invitation, cast.owner)
    assert company_records.obstacle(session, cast.company) is None
    grant = Grant(provider="visma", state=GrantState.TO_BE_REVOKED)
    session.add(grant)
    session.flush()
    attempt(session, link).grant_id = grant.id
    session.commit()
    assert company_records.obstacle(session, cast.company) is Obstacle.GRANT
    connection = make_connection(session, link)
    assert company_records.obstacle(session, cast.company) is Obstacle.CONNECTED
    connection.status, connection.ended_at = ConnectionStatus.DISCONNECTED, now()
    session.commit()
    assert company_records.obstacle(session, cast.company) is Obstacle.CONSENT


def test_a_removed_company_leaves_no_row_of_its_own(
    app: Flask, session: Session, cast: Cast, mail: Mail, mail_server: MailServer
) -> None:
    before = counts(session)
    invitation = mail()
    send_due(app)
    session.expire_all()
    key = session.scalars(select(InvitationKey)).first()
    assert key is not None
    authorization = Authorization(
        invitation_id=invitation.id, key_id=key.id, state_hash=b"s" * 32, browser_hash=b"b" * 32
    )
    grant = Grant(provider="visma", state=GrantState.DEAD)
    session.add_all([authorization, grant])
    session.flush()
    authorization.grant_id = grant.id
    letter = session.scalars(select(Letter)).first()
    promise = Promise(authorization_id=authorization.id, recipient="a@example.com", language="sv")
    promise.letter_id = letter.id if letter else None
    session.add(promise)
    lifecycle.withdraw(session, session.merge(invitation), None)
    company_records.remove(session, session.get_one(Company, cast.company.id))
    after = counts(session)
    assert after.pop("companies") == before.pop("companies") - 1
    assert {name: number for name, number in after.items() if number != before[name]}.keys() <= {
        "audit_entries",
        "company_words",
        "presses",
        "metric_samples",
        "rate_counts",
        "standing_counts",
        "standings",
    }
    kept = session.scalars(select(AuditEntry.action)).all()
    assert AuditAction.COMPANY_REMOVED in kept


def attempt(session: Session, link: lifecycle.Link) -> Authorization:
    """An authorization of the link, which has come to nothing."""
    key = session.scalars(select(InvitationKey)).one()
    made = Authorization(
        invitation_id=link.invitation.id,
        key_id=key.id,
        state_hash=b"1" * 32,
        browser_hash=b"2" * 32,
    )
    session.add(made)
    session.flush()
    return made


def counts(session: Session) -> dict[str, int]:
    """The number of rows of every table."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
