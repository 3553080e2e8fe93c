"""The morning after: 400 connections of six firms, broken with three causes, and one outage over."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import make_firm, make_user
from wizard.models import (
    CODE_LENGTH,
    Company,
    Connection,
    ConnectionStatus,
    EventKind,
    Firm,
    Invitation,
    InvitationStatus,
    KeyPurpose,
    LetterKind,
    Outage,
    OutageKind,
    Proof,
    Role,
    Step,
    User,
    now,
    readable,
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
    return _long_connected(session, firms, staff)


def _long_connected(session: Session, firms: list[Firm], staff: list[User]) -> list[Connection]:
    """Written all at once: there are many."""
    long_ago = now() - timedelta(days=30)
    companies = [
        Company(
            firm_id=firms[number % FIRMS].id,
            name=f"Bolag {number:03} AB",
            organisation_number=broken.NUMBERS[number],
            responsible_id=staff[number % FIRMS].id,
        )
        for number in range(CONNECTIONS)
    ]
    session.add_all(companies)
    session.flush()
    invitations = [
        Invitation(
            company_id=company.id,
            provider="visma",
            code=readable(CODE_LENGTH),
            status=InvitationStatus.CONNECTED,
            created_by_id=company.responsible_id,
            created_at=long_ago,
            ended_at=long_ago,
            expires_at=long_ago + lifecycle.VALIDITY,
        )
        for company in companies
    ]
    session.add_all(invitations)
    session.flush()
    made = [
        Connection(
            company_id=company.id,
            firm_id=company.firm_id,
            invitation_id=invitation.id,
            provider="visma",
            last_read_at=now(),
            proof=Proof.DOCUMENT,
            approver_name="Frida Fors",
            approver_email=f"frida{company.id}@example.com",
            status_since=long_ago,
            created_at=long_ago,
        )
        for company, invitation in zip(companies, invitations, strict=True)
    ]
    session.add_all(made)
    session.commit()
    return made


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
