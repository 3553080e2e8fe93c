"""Any number of connections with grants at the stand-in, created without going through the pages."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from tests.support.grants import give_grant
from tests.support.standin import StandIn
from tests.support.traveller import HER_NUMBER, HERS
from wizard.models import (
    Company,
    Connection,
    Firm,
    Invitation,
    InvitationStatus,
    Proof,
    now,
    public_id,
    readable,
)

APPROVER = "Vera Välja"


def connect(
    app: Flask,
    visma: StandIn,
    number: int = 1,
    *,
    person: str = APPROVER,
    next_refresh_at: datetime | None = None,
    **changes: object,
) -> list[int]:
    """Create connections, each for a new firm, all to the same company at Visma; returns their ids."""
    tokens = visma.mint(person, HERS, number)
    vault = app.extensions["vault"]
    planned = next_refresh_at or now() + timedelta(minutes=50)
    with app.extensions["sessions"].begin() as session:
        made = _make(session, number, person, changes)
        session.flush()
        for connection, answer in zip(made, tokens, strict=True):
            ends = datetime.now(UTC) + timedelta(seconds=answer["expires_in"])
            grant = give_grant(session, vault, connection, answer, ends)
            grant.next_refresh_at = planned
        return [connection.id for connection in made]


def _make(
    session: Session, number: int, person: str, changes: dict[str, object]
) -> list[Connection]:
    firms = [
        Firm(
            name=f"Byrån {public_id()}",
            contact_name="Britta Berg",
            contact_email="britta@example.com",
            contact_phone="08-123 45 67",
        )
        for _ in range(number)
    ]
    companies = [Company(firm=firm, name=HERS, organisation_number=HER_NUMBER) for firm in firms]
    invitations = [
        Invitation(
            company=company,
            provider="visma",
            code=readable(8),
            status=InvitationStatus.CONNECTED,
            expires_at=now(),
            ended_at=now(),
        )
        for company in companies
    ]
    session.add_all([*firms, *companies, *invitations])
    session.flush()
    facts = {
        "provider": "visma",
        "last_read_at": now(),
        "proof": Proof.DOCUMENT,
        "approver_name": person,
        "approver_email": f"{person.split()[0].lower()}@example.com",
    }
    made = [
        Connection(
            company_id=invitation.company_id,
            firm_id=invitation.company.firm_id,
            invitation_id=invitation.id,
            **{**facts, **changes},
        )
        for invitation in invitations
    ]
    session.add_all(made)
    return made
