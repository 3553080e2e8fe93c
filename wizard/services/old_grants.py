"""Grants that another person's replaced: kept aside, with the newest token, until they are revoked."""

from contextlib import suppress

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.models import Connection, OldGrant, now
from wizard.providers.base import Tokens
from wizard.services.queue import REVOKE_OLD_GRANT, enqueue
from wizard.services.revocation import TAKEN_UP_AFTER
from wizard.services.vault import SealBrokenError, Vault

log = structlog.get_logger()


def set_aside(session: Session, vault: Vault, connection: Connection) -> None:
    """Keep a connection's grant to be revoked, before another takes its place; the caller commits."""
    if connection.refresh_token is None:
        return
    try:
        token = vault.open(connection.refresh_token, connection, "refresh_token")
    except SealBrokenError:
        log.error("seal_broken", connection=connection.id)
        return
    grant = OldGrant(
        connection_id=connection.id,
        approver_email=connection.approver_email,
        next_revoke_at=now() + TAKEN_UP_AFTER,
    )
    session.add(grant)
    session.flush()
    grant.refresh_token = vault.seal(token, grant, "refresh_token")
    enqueue(session, REVOKE_OLD_GRANT, old_grant_id=grant.id)


def keep_newest(
    session: Session, vault: Vault, connection: Connection, sent: str, tokens: Tokens
) -> None:
    """What a refresh under way brought for a grant set aside meanwhile, if so: that is to be revoked.

    ``sent`` is the refresh token it was asked for with. The caller holds the connection, and commits.
    """
    if tokens.refresh_token is None:
        return
    theirs = select(OldGrant).where(OldGrant.connection_id == connection.id).with_for_update()
    for grant in session.scalars(theirs):
        with suppress(SealBrokenError):  # what no key of ours opens is not the one just used
            if vault.open(str(grant.refresh_token), grant, "refresh_token") == sent:
                grant.refresh_token = vault.seal(tokens.refresh_token, grant, "refresh_token")
