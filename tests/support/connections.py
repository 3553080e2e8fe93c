"""Connections for tests that do not concern their creation."""

from sqlalchemy.orm import Session

from wizard.models import Connection, Firm, InvitationStatus, Proof, now
from wizard.services.invitations.lifecycle import Link


def make_connection(session: Session, link: Link, **changes: object) -> Connection:
    """A connection from this link's invitation, active unless `changes` differ."""
    invitation = link.invitation
    firm = session.get_one(Firm, invitation.company.firm_id)
    facts: dict[str, object] = {
        "company_id": invitation.company_id,
        "firm_id": firm.id,
        "invitation_id": invitation.id,
        "provider": invitation.provider,
        "last_read_at": now(),
        "proof": Proof.DOCUMENT,
        "proof_voucher": "A12",
        "approver_name": "Frida Fors",
        "approver_email": "frida@example.com",
    }
    connection = Connection(**{**facts, **changes})
    invitation.status = InvitationStatus.CONNECTED
    invitation.ended_at = now()
    session.add(connection)
    session.commit()
    return connection
