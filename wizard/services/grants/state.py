"""The only place that changes the state of a grant. Callers hold the row, and commit."""

from datetime import timedelta

from sqlalchemy.orm import Session

from wizard.models import Grant, GrantState, now
from wizard.providers.base import Tokens
from wizard.services.concurrency.backoff import spread
from wizard.services.concurrency.queue import REVOKE_GRANT, enqueue
from wizard.services.crypto.vault import Vault
from wizard.services.warnings import refusals

USABLE = (GrantState.WAITING, GrantState.LIVING)
ENDED = (GrantState.REVOKED, GrantState.DEAD)
REFRESH_AHEAD = timedelta(minutes=10)  # before the access token ends, used or not
TAKEN_UP_AFTER = timedelta(seconds=20)  # by the background, should this process die


def begin(grant_id: int, vault: Vault, provider: str, tokens: Tokens, holder: str) -> Grant:
    """A new grant with its tokens, which waits to be judged; the caller stores it.

    ``holder`` is the mail address of the person who gave it, empty when the tokens do not say. Its id,
    with which the tokens are sealed, is given beforehand.
    """
    grant = Grant(id=grant_id, provider=provider, holder=holder or None)
    store(vault, grant, tokens)
    return grant


def store(vault: Vault, grant: Grant, tokens: Tokens) -> None:
    """Store what the provider has just given; an answer without a refresh token keeps the old one."""
    if tokens.refresh_token:
        grant.refresh_token = vault.seal(tokens.refresh_token, grant, "refresh_token")
    grant.access_token = vault.seal(tokens.access_token, grant, "access_token")
    grant.access_expires_at = tokens.expires_at
    grant.refreshed_at = now()
    grant.refresh_tries = 0
    grant.doubted_at = grant.refused_at = None
    if grant.state is GrantState.LIVING:
        _plan_refresh(grant)


def promote(grant: Grant, holder: str | None) -> None:
    """From now on a connection rests on it; ``holder`` as the provider names the approver."""
    grant.state = GrantState.LIVING
    grant.holder = holder or grant.holder
    _plan_refresh(grant)


def doubt(grant: Grant) -> None:
    """The provider has refused its refresh token: ask once more in some minutes, before it counts."""
    grant.doubted_at = grant.doubted_at or now()
    grant.refused_at = now()
    grant.next_refresh_at = refusals.next_reading()


def set_to_be_revoked(session: Session, grant: Grant, *, wait: timedelta = TAKEN_UP_AFTER) -> None:
    """It is not used any more: let it be revoked, until the provider confirms the end.

    The background begins after ``wait``, which leaves time for a caller that revokes at once.
    """
    if grant.state not in USABLE:
        return
    grant.state = GrantState.TO_BE_REVOKED
    grant.ended_at = now()
    grant.access_token = grant.access_expires_at = grant.next_refresh_at = None
    grant.doubted_at = grant.refused_at = None
    grant.next_revoke_at = now() + max(wait, TAKEN_UP_AFTER)
    enqueue(session, REVOKE_GRANT, at=now() + wait if wait else None, grant_id=grant.id)


def end(grant: Grant, state: GrantState) -> None:
    """Nothing is left of it to use or to revoke: delete the tokens, and who gave it."""
    grant.state = state
    grant.ended_at = grant.ended_at or now()
    grant.revoked_at = now() if state is GrantState.REVOKED else None
    grant.access_token = grant.refresh_token = grant.access_expires_at = grant.holder = None
    grant.next_refresh_at = grant.next_revoke_at = None
    grant.doubted_at = grant.refused_at = None


def _plan_refresh(grant: Grant) -> None:
    """Well before the access token ends, and never many at the same moment."""
    left = (grant.access_expires_at or now()) - now()
    grant.next_refresh_at = now() + spread(max(left - REFRESH_AHEAD, left / 2), 0.05)
