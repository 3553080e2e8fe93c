"""The morning after: 400 connections of six firms, broken with three causes, and one outage over."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import make_firm, make_user
from wizard.models import (
    Connection,
    ConnectionStatus,
    EventKind,
    KeyPurpose,
    LetterKind,
    Outage,
    OutageKind,
    Role,
    Step,
    User,
    now,
)
from wizard.services.history import record
from wizard.services.invitations import lifecycle, visits

FIRMS = 6
CONNECTIONS = 400
# How many of every twenty are broken so; the rest work.
CAUSES = ((6, "consent_ended"), (2, "permission_missing"), (1, "our_configuration"))
OUTAGE_LENGTH = timedelta(hours=5)


def bad_night(session: Session) -> User:
    """All of it, and the admin who comes in the morning."""
    admin = make_user("Ada Admin", Role.ADMIN)
    session.add(admin)
    made = _connections(session)
    began_at = now() - timedelta(hours=8)
    rest = list(made)
    for share, cause in CAUSES:
        struck, rest = rest[: CONNECTIONS * share // 20], rest[CONNECTIONS * share // 20 :]
        _strike(session, struck, cause, began_at)
    _leave_an_outage(session, rest, began_at)
    _ask_some(session, made[: CONNECTIONS * 3 // 20])
    session.execute(
        text("insert into procrastinate.procrastinate_workers (last_heartbeat) values (now())")
    )
    session.commit()
    return admin


def _connections(session: Session) -> list[Connection]:
    firms = [
        make_firm(f"Redovisning {name} AB")
        for name in ("Nord", "Syd", "Öst", "Väst", "Mitt", "Ett")
    ]
    session.add_all(firms)
    session.flush()
    staff = [
        make_user(f"Person{number} Ek", Role.MEMBER, firm) for number, firm in enumerate(firms)
    ]
    session.add_all(staff)
    session.commit()
    return [
        broken.connect(
            session,
            firms[number % FIRMS],
            staff[number % FIRMS],
            number,
            status_since=now() - timedelta(days=30),
            created_at=now() - timedelta(days=30),
        )
        for number in range(CONNECTIONS)
    ]


def _strike(session: Session, struck: list[Connection], cause: str, at: datetime) -> None:
    ours = cause == "our_configuration"
    status = ConnectionStatus.OUR_FAULT if ours else ConnectionStatus.RENEWAL_NEEDED
    broken.become(session, tuple(struck), status, cause, at)


def _leave_an_outage(session: Session, struck: list[Connection], at: datetime) -> None:
    """It is over, and has mended itself."""
    broken.become(session, tuple(struck), ConnectionStatus.DISTURBED, "visma_unavailable", at)
    over = at + OUTAGE_LENGTH
    broken.become(session, tuple(struck), ConnectionStatus.ACTIVE, None, over)
    session.add(
        Outage(
            provider="visma",
            kind=OutageKind.SILENT,
            began_at=at,
            ended_at=over,
            affected=len(struck),
        )
    )
    session.commit()


def _ask_some(session: Session, some: list[Connection]) -> None:
    """Some firms were up early: most are waited for, some have begun, some never got the mail."""
    for number, connection in enumerate(some):
        company = connection.company
        link = lifecycle.activate(session, company, "visma", None, KeyPurpose.COPIED)
        if number % 6 == 0:
            note = LetterKind.INVITATION.value
            record(session, EventKind.LETTER_BOUNCED, link.invitation, note=note)
            session.commit()
        elif number % 3 == 0 and (key := visits.find_key(session, link.secret)):
            visits.advance(session, key, Step.WELCOME)
