"""Connections that live at the stand-in, any number of them, made without the walk."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from tests.standin import StandIn
from tests.traveller import HER_NUMBER, HERS
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
    app: Flask, visma: StandIn, number: int = 1, *, person: str = APPROVER, **changes: object
) -> list[int]:
    """The ids of new connections, each of a firm of its own, all to the same company at Visma."""
    tokens = visma.mint(person, HERS, number)
    vault = app.extensions["vault"]
    with app.extensions["sessions"].begin() as session:
        made = _make(session, number, person, changes)
        session.flush()
        for connection, answer in zip(made, tokens, strict=True):
            ends = datetime.now(UTC) + timedelta(seconds=answer["expires_in"])
            connection.access_expires_at = ends
            for field in ("access_token", "refresh_token"):
                setattr(connection, field, vault.seal(answer[field], connection, field))
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
        "next_refresh_at": now() + timedelta(minutes=50),
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
