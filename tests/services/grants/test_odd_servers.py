"""Connections at an identity server that does things otherwise: they live, and only invalid_grant ends them."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.providers.odd import OddServer, before
from tests.support.grants import grant_of
from tests.support.minting import connect
from tests.support.second_reading import LATER
from tests.support.standin import StandIn
from wizard.models import Connection, ConnectionStatus, Grant, now
from wizard.providers.base import ProviderError
from wizard.services.connections import disconnection
from wizard.services.connections.health import check_now
from wizard.services.context import ProviderContext
from wizard.services.grants.refreshing import GrantDoubtedError
from wizard.services.grants.tokens import RenewalNeededError, access_token
from wizard.wiring.providers import provider_context

SECONDS = 10.0
ACTIVE, DISTURBED = ConnectionStatus.ACTIVE, ConnectionStatus.DISTURBED
TOKEN, REVOCATION = "/connect/token", "/connect/revocation"


@pytest.fixture
def odd(visma: StandIn) -> Iterator[OddServer]:
    with before(visma) as server:
        yield server


@pytest.fixture
def app(make_app: Callable[..., Flask], visma: StandIn, odd: OddServer) -> Flask:
    """The application, with the odd server for its log-in and the stand-in for the rest."""
    return make_app(
        visma_identity_url=odd.url,
        visma_api_url=visma.url,
        visma_client_id=visma.client_id,
        visma_client_secret=visma.client_secret,
    )


@pytest.fixture
def context(app: Flask) -> ProviderContext:
    """What the services work with."""
    with app.app_context():
        return provider_context("visma")


@pytest.fixture
def connection(app: Flask, visma: StandIn, session: Session) -> Connection:
    """A connection that lives, whose access token is over."""
    [connection_id] = connect(app, visma)
    session.execute(update(Grant).values(access_expires_at=now()))
    session.commit()
    return session.get_one(Connection, connection_id)


def refreshed(context: ProviderContext, connection: Connection, session: Session) -> Grant:
    """The connection's grant after a refresh that works."""
    access_token(context, connection.id, SECONDS)
    return grant_of(session, connection)


@pytest.mark.parametrize(
    ("left_out", "more"),
    [
        (["refresh_token"], {}),
        (["refresh_token", "expires_in", "token_type", "scope"], {}),
        ([], {"expires_in": "3599", "ext_expires_in": "7200", "refresh_expires_in": 0}),
        ([], {"token_type": "bearer", "scope": ["ea:api", "offline_access"], "id_token": "x.y.z"}),
        ([], {"expires_in": -1, "error": None, "error_description": ""}),
    ],
)
def test_tokens_told_otherwise_are_taken_again_and_again(
    context: ProviderContext,
    connection: Connection,
    session: Session,
    visma: StandIn,
    odd: OddServer,
    left_out: list[str],
    more: dict[str, object],
) -> None:
    visma.configure(rotation="reusable" if left_out else "rotating")
    odd.says_also(*left_out, **more)
    for number in range(1, 4):
        found = refreshed(context, connection, session)
        assert found.access_expires_at
        assert found.access_expires_at - now() > timedelta(minutes=50)
        assert odd.asked[TOKEN] == number
        assert check_now(context, connection.id) is ACTIVE
        found.access_expires_at = now()
        session.commit()


REFUSES_US = {"invalid_client", "invalid_request"}
HTML = b"<html><title>Underh\xc3\xa5ll</title></html>"


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (400, HTML, {}),
        (401, b"", {}),
        (200, b"", {}),
        (200, HTML, {}),
        (200, {"error": "temporarily_unavailable"}, {}),
        (302, b"", {"Location": "http://127.0.0.1:1/login"}),
        (307, b"", {"Location": "http://127.0.0.1:1/steal"}),
        (429, b"", {"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}),
        (429, {"error": "invalid_grant"}, {"Retry_After": "-1"}),
        (429, HTML, {"Retry_After": "9" * 400}),
        (503, {"error": "invalid_grant"}, {"Retry_After": "120"}),
        (400, {"error": "invalid_client"}, {}),
        (401, {"error": "invalid_client"}, {}),
        (400, {"error": "invalid_request", "error_description": "invalid_grant"}, {}),
    ],
)
def test_what_is_not_invalid_grant_disturbs_and_is_over_when_it_is(
    context: ProviderContext,
    connection: Connection,
    session: Session,
    odd: OddServer,
    status: int,
    body: object,
    headers: dict[str, str],
) -> None:
    odd.says(status, body, **headers)
    with pytest.raises(ProviderError):
        access_token(context, connection.id, SECONDS)
    session.refresh(connection)
    ours = isinstance(body, dict) and body["error"] in REFUSES_US
    assert connection.status is (ConnectionStatus.OUR_FAULT if ours else DISTURBED)
    assert grant_of(session, connection).refresh_token
    assert odd.asked[TOKEN] == 1


@pytest.mark.parametrize("status", [200, 400, 401])
def test_invalid_grant_and_nothing_else_is_for_a_person_to_renew(
    context: ProviderContext, connection: Connection, session: Session, odd: OddServer, status: int
) -> None:
    odd.says(status, {"error": "invalid_grant"})
    with pytest.raises(GrantDoubtedError):
        access_token(context, connection.id, SECONDS)
    session.refresh(connection)
    assert connection.status is ACTIVE
    with time_machine.travel(now() + LATER, tick=True), pytest.raises(RenewalNeededError):
        access_token(context, connection.id, SECONDS)
    session.refresh(connection)
    assert connection.status is ConnectionStatus.RENEWAL_NEEDED


def test_a_server_that_gives_the_refused_token_again_is_not_asked_for_ever(
    context: ProviderContext, connection: Connection, session: Session, odd: OddServer
) -> None:
    first = access_token(context, connection.id, SECONDS)
    odd.says_also(access_token=first)
    odd.asked.clear()
    assert access_token(context, connection.id, SECONDS, refused=first) == first
    assert odd.asked[TOKEN] == 1
    session.refresh(connection)
    assert connection.status is ACTIVE


@pytest.mark.parametrize(
    ("status", "body", "done"),
    [
        (200, b"", True),
        (204, b"", True),
        (200, {}, True),
        (200, HTML, False),
        (404, HTML, False),
        (400, {"error": "invalid_grant"}, True),
        (400, {"error": "unsupported_token_type"}, False),
        (503, b"", False),
        (302, b"", False),
        (401, {"error": "invalid_client"}, False),
    ],
)
def test_an_end_is_confirmed_or_asked_for_again(
    context: ProviderContext,
    connection: Connection,
    session: Session,
    odd: OddServer,
    status: int,
    body: object,
    done: bool,
) -> None:
    disconnection.disconnect(session, connection)
    odd.says(status, body)
    assert disconnection.revoke_grant(context, connection.id, SECONDS) is done
    session.refresh(connection)
    assert (grant_of(session, connection).refresh_token is None) is done
    odd.heals()
    assert disconnection.revoke_grant(context, connection.id, SECONDS)
    assert odd.asked[REVOCATION] == (1 if done else 2)
