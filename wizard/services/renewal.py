"""Giving a living connection a new grant, from whoever approved: the old one works until this moment."""

from sqlalchemy.orm import Session

from wizard.models import Authorization, Connection, now
from wizard.services import old_grants, transitions
from wizard.services.judgement import Evidence
from wizard.services.vault import Vault


def prepare(
    session: Session,
    vault: Vault,
    connection: Connection,
    trip: Authorization,
    evidence: Evidence,
) -> None:
    """Make room for the trip's tokens, and say what is now true; the caller holds the connection.

    The same person's old grant is forgotten and not revoked: where tokens belong to an application
    and a user, revoking it could end the new one. Another's is set aside, to be revoked; whose it
    is that is not told may be the same.
    """
    if _is_another(connection, evidence):
        old_grants.set_aside(session, vault, connection)
    connection.invitation_id = trip.invitation_id
    connection.access_expires_at = trip.access_expires_at
    connection.approver_name = evidence.approver.name if evidence.approver else None
    connection.approver_email = evidence.approver.email if evidence.approver else None
    connection.proof, connection.proof_voucher = evidence.proof, evidence.proof_voucher
    connection.read_only = evidence.read_only
    connection.refreshed_at = connection.checked_at = now()
    connection.refresh_tries = connection.check_tries = 0
    transitions.renew(session, connection)


def _is_another(connection: Connection, evidence: Evidence) -> bool:
    new = evidence.approver.email if evidence.approver else None
    old = connection.approver_email
    return bool(new and old) and str(new).casefold() != str(old).casefold()
