"""Giving a living connection a new grant, from whoever approved: the old one works until this moment."""

from datetime import timedelta

from sqlalchemy.orm import Session

from wizard.models import Authorization, Connection, Grant, GrantState, now
from wizard.services import connection_status
from wizard.services.connections.judgement import Evidence
from wizard.services.grants import state as grant_state


def prepare(
    session: Session,
    connection: Connection,
    authorization: Authorization,
    evidence: Evidence,
) -> None:
    """Replace the connection's grant by the authorization's and update it; the caller holds the lock.

    The same person's old grant is forgotten and not revoked: where tokens belong to an application
    and a user, revoking it could end the new one. Another person's is to be revoked; when
    the provider does not say who gave one of them, they may be the same person's.
    """
    if connection.grant_id:
        old = session.get_one(Grant, connection.grant_id, with_for_update=True)
        if _is_another(connection, evidence):
            grant_state.set_to_be_revoked(session, old, wait=timedelta(0))
        else:
            grant_state.end(old, GrantState.DEAD)
    connection.invitation_id = authorization.invitation_id
    connection.approver_name = evidence.approver.name if evidence.approver else None
    connection.approver_email = evidence.approver.email if evidence.approver else None
    connection.proof, connection.proof_voucher = evidence.proof, evidence.proof_voucher
    connection.read_only = evidence.read_only
    connection.checked_at = now()
    connection.check_tries = 0
    connection_status.renew(session, connection)


def _is_another(connection: Connection, evidence: Evidence) -> bool:
    new = evidence.approver.email if evidence.approver else None
    old = connection.approver_email
    return bool(new and old) and str(new).casefold() != str(old).casefold()
