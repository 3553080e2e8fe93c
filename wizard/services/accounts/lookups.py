"""Asking identity providers whether who is signed in is still there, and with which groups."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from wizard.models import AuditAction, IdentityProvider, StaffSession, User, now
from wizard.services.accounts import sessions
from wizard.services.accounts.identity.client import Client, look_up
from wizard.services.accounts.identity.metadata import (
    GoneError,
    MetadataInvalidError,
    ProviderDownError,
)
from wizard.services.accounts.places import NoPlaceError
from wizard.services.accounts.sessions import Limits
from wizard.services.accounts.single_sign_on import follow, keep_token
from wizard.services.audit.trail import about_user, record
from wizard.services.crypto.vault import SealBrokenError, Vault

# Half of what a provider's word holds (sessions.VOUCHED), so that a short outage signs nobody out.
ASKED_AFTER = timedelta(minutes=30)
log = structlog.get_logger()


def run(
    session: Session, vault: Vault, limits: Limits, client_of: Callable[[IdentityProvider], Client]
) -> int:
    """Look up everybody whose provider was last asked half an hour ago; returns the number asked of.

    A provider that does not answer is not asked again in this run; its people are signed out when its
    last word is an hour old, by `sessions.find`. Commits after each. One run at a time: a refresh
    token that is used twice is taken for stolen by many providers.
    """
    silent: set[int] = set()
    asked = 0
    for session_id in due(session, limits):
        row = session.scalars(
            select(StaffSession)
            .where(StaffSession.id == session_id)
            .options(joinedload(StaffSession.user).joinedload(User.firm))
        ).one_or_none()
        provider = _provider_of(session, row) if row else None
        if row is None or row.ended_at or provider is None or provider.id in silent:
            continue
        asked += 1
        try:
            _ask(session, vault, row, provider, client_of(provider))
        except (ProviderDownError, MetadataInvalidError) as error:
            session.rollback()
            silent.add(provider.id)
            log.warning("identity_provider_silent", provider=provider.name, why=str(error))
    return asked


def due(session: Session, limits: Limits) -> list[int]:
    """The ids of the living sessions whose provider is to be asked now, the longest unasked first."""
    mine = (
        StaffSession.refresh_token.is_not(None),
        StaffSession.looked_up_at <= now() - ASKED_AFTER,
    )
    query = select(StaffSession.id).where(*mine, *sessions.living(limits))
    return list(session.scalars(query.order_by(StaffSession.looked_up_at)))


def _provider_of(session: Session, row: StaffSession) -> IdentityProvider | None:
    return session.scalar(
        select(IdentityProvider).where(
            IdentityProvider.id == row.user.identity_provider_id,
            IdentityProvider.ended_at.is_(None),
        )
    )


def _ask(
    session: Session, vault: Vault, row: StaffSession, provider: IdentityProvider, client: Client
) -> None:
    try:
        token = vault.open(row.refresh_token or "", row, "refresh_token")
        session.commit()  # no transaction is open while the provider thinks
        found = look_up(client, token, row.user.identity_subject or "")
    except (GoneError, SealBrokenError):
        _put_out(session, row)
        return
    keep_token(vault, row, found.token)
    session.commit()
    if found.person.groups is not None:
        try:
            follow(session, provider, row.user, found.person.groups)
        except NoPlaceError:
            _put_out(session, row)


def _put_out(session: Session, row: StaffSession) -> None:
    """End a session that its provider no longer vouches for. Commits."""
    after = {"reason": "identity_provider"}
    sessions.end(session, StaffSession.id == row.id)
    record(session, AuditAction.SESSIONS_ENDED, about_user(row.user), after=after)
    session.commit()
