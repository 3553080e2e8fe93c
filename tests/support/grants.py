"""Grants for connections that were not approved through the pages."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.connections import make_connection
from tests.support.standin import StandIn
from tests.support.traveller import HERS, invite
from wizard.models import Authorization, Connection, Grant, GrantState, now
from wizard.providers.base import Tokens
from wizard.services.concurrency.one_statement import next_id
from wizard.services.context import ProviderContext
from wizard.services.crypto.vault import Vault
from wizard.services.grants import refreshing, state
from wizard.services.grants.refreshing import Wanted

LIFETIME = timedelta(hours=1)


def give_grant(
    session: Session,
    vault: Vault,
    connection: Connection,
    tokens: dict[str, str],
    ends: datetime | None = None,
) -> Grant:
    """Give a connection a grant with these tokens. The caller commits."""
    answer = Tokens(tokens["access_token"], tokens["refresh_token"], ends or now() + LIFETIME)
    grant_id = session.scalars(select(next_id(Grant))).one()
    grant = state.begin(grant_id, vault, connection.provider, answer, "")
    session.add(grant)
    session.flush()
    state.promote(grant, connection.approver_email)
    connection.grant_id = grant.id
    return grant


def give_sealed(session: Session, connection: Connection, **facts: object) -> Grant:
    """Give a connection a grant whose tokens cannot be opened. Commits."""
    grant = Grant(
        **{
            "provider": connection.provider,
            "state": GrantState.LIVING,
            "access_token": "sealed-a",
            "refresh_token": "sealed-r",
            "next_refresh_at": now() + LIFETIME,
            **facts,
        }
    )
    session.add(grant)
    session.flush()
    connection.grant_id = grant.id
    session.commit()
    return grant


def grant_of(session: Session, holder: Connection | Authorization) -> Grant:
    """The grant of a connection or an authorization, reloaded."""
    session.expire_all()
    return session.get_one(Grant, holder.grant_id)


def grants_in(session: Session, *states: GrantState) -> list[Grant]:
    """The grants in these states, oldest first."""
    session.expire_all()
    found = select(Grant).where(Grant.state.in_(states)).order_by(Grant.id)
    return list(session.scalars(found))


def make_grants_due(session: Session, *, claims: bool = False) -> None:
    """Make every grant due for refresh or revocation. Commits.

    With ``claims``, the claims of killed processes expire as well.
    """
    for column in (Grant.next_refresh_at, Grant.next_revoke_at):
        session.execute(update(Grant).where(column.is_not(None)).values({column: now()}))
    if claims:
        session.execute(update(Grant).values(claimed_until=None))
    session.commit()


def connect_many(
    app: Flask, visma: StandIn, number: int, *, next_check_at: datetime | None = None
) -> list[int]:
    """Connect one company for ``number`` firms, each with its own grant; returns the connections' ids."""
    made = []
    for position, tokens in enumerate(visma.mint("Vera Välja", HERS, number)):
        link = invite(app, firm=f"Byrå {position} AB")
        with app.extensions["sessions"]() as session:
            invitation = session.merge(link.invitation)
            connection = make_connection(
                session,
                type(link)(invitation, link.secret),
                next_check_at=next_check_at or now() + LIFETIME,
            )
            give_grant(session, app.extensions["vault"], connection, tokens)
            session.commit()
            made.append(connection.id)
    return made


def refresh_ahead(context: ProviderContext, connection: Connection) -> None:
    """Refresh as the worker does, if due."""
    assert connection.grant_id
    wanted = Wanted(ahead=True)
    refreshing.access_token(context, connection.grant_id, refreshing.REFRESH_SECONDS, wanted)
