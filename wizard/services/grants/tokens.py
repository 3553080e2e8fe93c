"""A working access token for a connection, from the grant it rests on at this moment."""

import time

from sqlalchemy import select

from wizard.causes import Cause
from wizard.models import Connection, ConnectionStatus, Grant, today
from wizard.providers.base import GrantEndedError
from wizard.services.context import ProviderContext
from wizard.services.grants import refreshing
from wizard.services.grants.refreshing import Wanted


class RenewalNeededError(Exception):
    """No access token can be had until a person gives permission anew; ``cause`` says why."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause = cause


class DisconnectedError(Exception):
    """The connection has been ended, or was never there."""


def access_token(
    context: ProviderContext, connection_id: int, seconds: float, *, refused: str | None = None
) -> str:
    """An access token that works; ``refused`` is one that the provider has just refused.

    Waits these seconds at most. Raises RenewalNeededError, DisconnectedError, or a ProviderError
    as ``refreshing.access_token`` does. A connection that is renewed meanwhile gives the token of
    its new grant.
    """
    wanted, ends = Wanted(refused=refused), time.monotonic() + seconds
    ended: int | None = None
    while True:
        grant = _grant(context, connection_id)
        if grant.id == ended:
            raise RenewalNeededError(Cause.CONSENT_ENDED)
        try:
            left = max(0.0, ends - time.monotonic())
            return refreshing.access_token(context, grant.id, left, wanted, read=grant)
        except GrantEndedError:
            ended = grant.id


def _grant(context: ProviderContext, connection_id: int) -> Grant:
    with context.sessions() as session:
        row = session.execute(
            select(Connection.status, Connection.cause, Grant, Connection.consent_ends_on)
            .outerjoin(Grant, Grant.id == Connection.grant_id)
            .where(Connection.id == connection_id)
        ).one_or_none()
    if row is None or row[0] is ConnectionStatus.DISCONNECTED:
        raise DisconnectedError
    if row[3] is not None and row[3] < today():
        raise DisconnectedError  # the background is about to end it
    if row[2] is None:
        raise RenewalNeededError(Cause(row[1] or Cause.CONSENT_ENDED))
    grant: Grant = row[2]
    return grant
