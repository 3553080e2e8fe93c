"""What a failed attempt brought is handed back, but for what could take a connection that works along."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.grants import grant_of
from tests.support.standin import StandIn
from tests.support.traveller import (
    HERS,
    OURS,
    Traveller,
    address,
    authorizations,
    connections,
    invite,
)
from wizard.jobs import worker
from wizard.models import (
    AuthorizationStatus,
    Company,
    Connection,
    Event,
    EventKind,
    Invitation,
    KeyPurpose,
    now,
)
from wizard.services.authorizations import check
from wizard.services.connections import health
from wizard.services.context import ProviderContext
from wizard.services.grants.tokens import access_token
from wizard.services.invitations import lifecycle
from wizard.services.invitations.inviting import invite_to_renew
from wizard.services.invitations.lifecycle import Link

SECONDS = 10.0


@pytest.fixture
def connection(approver: Traveller, database: Session) -> Connection:
    """A connection as the road makes it, by Vera."""
    approver.go_straight().approve("Vera Välja")
    return connections(database)[0]


@pytest.fixture
def link(database: Session, connection: Connection) -> Link:
    """A link to renew, made while the connection works."""
    company = database.get_one(Company, connection.company_id)
    return invite_to_renew(database, company, None, KeyPurpose.COPIED)


@pytest.fixture
def renewer(visma_app: Flask, visma: StandIn, link: Link) -> Traveller:
    """Somebody who has opened the link to renew."""
    traveller = Traveller.with_link(visma_app, visma, address(link))
    traveller.post("valkommen", 303, go="start")
    return traveller


def works(context: ProviderContext, connection: Connection) -> bool:
    return health.check(context, connection.id).read


def test_a_mistake_of_ours_is_tried_again_and_tokens_are_not_kept_for_ever(
    context: ProviderContext,
    approver: Traveller,
    database: Session,
    visma: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mistaken(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("wizard.services.authorizations.check.judge_company", mistaken)
    approver.go_straight().approve()
    [authorization] = authorizations(database)
    assert authorization.status is AuthorizationStatus.CHECKING
    assert authorization.provider_code == "unexpected"
    assert authorization.next_try_at
    assert authorization.next_try_at > now()
    with time_machine.travel(now() + check.TOKENS_WAIT):
        assert check.run_check(context, authorization.id, SECONDS) is AuthorizationStatus.FAILED
    assert grant_of(database, authorizations(database)[0]).refresh_token is None
    assert visma.grants() == []


@pytest.mark.parametrize("withdrawn", [False, True])
def test_an_attempt_of_hers_that_fails_does_not_end_what_works_where_one_end_ends_all(
    context: ProviderContext,
    connection: Connection,
    link: Link,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
    visma_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    withdrawn: bool,
) -> None:
    provider = visma_app.extensions["providers"]["visma"]
    exchange = provider.exchange

    def withdraw_and_exchange(*given: Any, **named: Any) -> Any:
        lifecycle.withdraw(database, database.get_one(Invitation, link.invitation.id), None)
        return exchange(*given, **named)

    visma.configure(revocation="all")
    company = HERS if withdrawn else "Annat Bolag AB"
    callback = visma.approve(renewer.depart(), "Vera Välja", company)
    renewer.browser.get(callback.removeprefix(OURS), 303)  # the code is stored, no more
    if withdrawn:  # while the code is exchanged: before that, nothing is exchanged
        monkeypatch.setattr(provider, "exchange", withdraw_and_exchange)
    authorization = authorizations(database)[-1]
    assert check.run_check(context, authorization.id, SECONDS) is AuthorizationStatus.FAILED
    assert visma.counters().get("revocation") is None
    assert grant_of(database, authorizations(database)[-1]).refresh_token is None
    assert EventKind.GRANT_FORGOTTEN in database.scalars(select(Event.kind)).all()
    refused = access_token(context, connection.id, SECONDS)
    assert access_token(context, connection.id, SECONDS, refused=refused)
    assert works(context, connection)


def test_approving_twice_at_once_does_not_end_what_the_first_one_gave(
    visma_app: Flask,
    approver: Traveller,
    context: ProviderContext,
    database: Session,
    visma: StandIn,
) -> None:
    visma.configure(revocation="all")
    approver.go_straight()
    second = Traveller.with_link(visma_app, visma, approver.link)
    for traveller in (approver, second):
        callback = visma.approve(traveller.depart(), "Vera Välja", HERS)
        traveller.browser.get(callback.removeprefix(OURS), 303)
    both = [authorization.id for authorization in authorizations(database)]
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda authorization_id: check.run_check(context, authorization_id, SECONDS), both
            )
        )
    worker.work(visma_app, wait=False)
    (found,) = connections(database)
    refused = access_token(context, found.id, SECONDS)
    assert access_token(context, found.id, SECONDS, refused=refused)


def test_another_persons_failed_attempt_is_handed_back_though_the_connection_works(
    context: ProviderContext, connection: Connection, renewer: Traveller, visma: StandIn
) -> None:
    renewer.approve("Klara Konsult", "Annat Bolag AB")
    assert visma.counters()["revoked"] == 1
    assert works(context, connection)


def test_a_wrong_company_handed_back_has_her_other_connections_checked(
    visma_app: Flask, visma: StandIn, connection: Connection, database: Session
) -> None:
    database.execute(update(Connection).values(next_check_at=None))
    database.commit()
    link = invite(visma_app, "Annat Bolag AB", "5599001210")
    Traveller.with_link(visma_app, visma, address(link)).go_straight().approve("Vera Välja", HERS)
    assert visma.counters()["revoked"] == 1
    assert connections(database)[0].next_check_at
