"""Disconnecting: here immediately, and at the provider with retries until it confirms."""

import structlog
from sqlalchemy.orm import Session

from wizard.models import (
    Actor,
    Connection,
    Consent,
    Grant,
    Invitation,
    LetterKind,
    User,
)
from wizard.services import connection_status, outbox
from wizard.services.concurrency.locks import (
    hold,
    hold_company,
)
from wizard.services.connections.endings import newest_consent
from wizard.services.consents.disconnect_codes import standing
from wizard.services.consents.receipts import known_address
from wizard.services.context import ProviderContext
from wizard.services.grants import state as grant_state
from wizard.services.grants.revocation import revoke
from wizard.services.invitations import lifecycle

log = structlog.get_logger()


def disconnect(
    session: Session,
    connection: Connection,
    *,
    staff: User | None = None,
    actor: Actor = Actor.SYSTEM,
    consent: Consent | None = None,
    note: str | None = None,
) -> None:
    """Disconnect: no data is read from this moment. Idempotent. Commits.

    An invitation to renew the connection is withdrawn. ``revoke_grant`` revokes the tokens at the
    provider, in the background unless the caller does it. With ``consent``, that of an approver who
    disconnects, nothing happens if another person's consent has replaced it, even concurrently.
    ``note`` is a word for why, where nobody asked for it.
    """
    hold_company(session, connection.company_id)
    hold(session, connection)
    replaced = consent is not None and not standing(session, consent).may_end
    if not replaced and connection_status.end(
        session, connection, staff=staff, actor=actor, note=note
    ):
        lifecycle.withdraw_living(session, connection.company_id, staff=staff, actor=actor)
        if connection.grant_id:
            grant = session.get_one(Grant, connection.grant_id, with_for_update=True)
            grant_state.set_to_be_revoked(session, grant)
        _tell(session, connection)
    session.commit()


def _tell(session: Session, connection: Connection) -> None:
    """Notify the sender or the firm, and the approver if the address is known."""
    invitation = session.get_one(Invitation, connection.invitation_id)
    outbox.post_to_sender(session, LetterKind.DISCONNECTED, invitation)
    consent = newest_consent(session, connection.id)
    if consent and (to := known_address(session, consent)):
        outbox.post(session, LetterKind.END_RECEIPT, invitation, to, consent=consent)


def revoke_grant(context: ProviderContext, connection_id: int, seconds: float) -> bool:
    """Revoke what an ended connection rested on; True if nothing is left to do.

    What the provider does not confirm within these seconds is tried again by a job.
    """
    with context.sessions() as session:
        connection = session.get_one(Connection, connection_id)
    if connection.is_living or connection.grant_id is None:
        return True
    return revoke(context, connection.grant_id, seconds)
