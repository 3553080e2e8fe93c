"""What a failed attempt brought is handed back, but for what could take a connection that works along."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.standin import StandIn
from tests.traveller import HERS, OURS, Traveller, address, connections, invite, trips
from wizard.jobs import worker
from wizard.models import (
    AuthorizationStatus,
    Company,
    Connection,
    ConnectionStatus,
    Event,
    EventKind,
    Invitation,
    KeyPurpose,
    now,
)
from wizard.services import check, invitations
from wizard.services.health import check_now
from wizard.services.invitations import Link
from wizard.services.inviting import invite_to_renew
from wizard.services.tokens import access_token
from wizard.services.workshop import Workshop

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


def works(workshop: Workshop, connection: Connection) -> bool:
    return check_now(workshop, connection.id) is ConnectionStatus.ACTIVE


def test_a_mistake_of_ours_is_tried_again_and_tokens_are_not_kept_for_ever(
    workshop: Workshop,
    approver: Traveller,
    database: Session,
    visma: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mistaken(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("wizard.services.check.judge_company", mistaken)
    approver.go_straight().approve()
    [trip] = trips(database)
    assert trip.status is AuthorizationStatus.CHECKING
    assert trip.provider_code == "unexpected"
    assert trip.next_try_at
    assert trip.next_try_at > now()
    with time_machine.travel(now() + check.TOKENS_WAIT):
        assert check.finish(workshop, trip.id, SECONDS) is AuthorizationStatus.FAILED
    assert trips(database)[0].refresh_token is None
    assert visma.grants() == []


@pytest.mark.parametrize("withdrawn", [False, True])
def test_an_attempt_of_hers_that_fails_does_not_end_what_works_where_one_end_ends_all(
    workshop: Workshop,
    connection: Connection,
    link: Link,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
    withdrawn: bool,
) -> None:
    visma.configure(revocation="all")
    company = HERS if withdrawn else "Annat Bolag AB"
    callback = visma.approve(renewer.depart(), "Vera Välja", company)
    renewer.browser.get(callback.removeprefix(OURS), 303)  # the code is stored, no more
    if withdrawn:
        invitations.withdraw(database, database.get_one(Invitation, link.invitation.id), None)
    trip = trips(database)[-1]
    assert check.finish(workshop, trip.id, SECONDS) is AuthorizationStatus.FAILED
    assert visma.counters().get("revocation") is None
    assert trips(database)[-1].refresh_token is None
    assert EventKind.GRANT_FORGOTTEN in database.scalars(select(Event.kind)).all()
    refused = access_token(workshop, connection.id, SECONDS)
    assert access_token(workshop, connection.id, SECONDS, refused=refused)
    assert works(workshop, connection)


def test_approving_twice_at_once_does_not_end_what_the_first_one_gave(
    visma_app: Flask,
    approver: Traveller,
    workshop: Workshop,
    database: Session,
    visma: StandIn,
) -> None:
    visma.configure(revocation="all")
    approver.go_straight()
    second = Traveller.with_link(visma_app, visma, approver.link)
    for traveller in (approver, second):
        callback = visma.approve(traveller.depart(), "Vera Välja", HERS)
        traveller.browser.get(callback.removeprefix(OURS), 303)
    both = [trip.id for trip in trips(database)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda trip_id: check.finish(workshop, trip_id, SECONDS), both))
    worker.work(visma_app, wait=False)
    (found,) = connections(database)
    refused = access_token(workshop, found.id, SECONDS)
    assert access_token(workshop, found.id, SECONDS, refused=refused)


def test_another_persons_failed_attempt_is_handed_back_though_the_connection_works(
    workshop: Workshop, connection: Connection, renewer: Traveller, visma: StandIn
) -> None:
    renewer.approve("Klara Konsult", "Annat Bolag AB")
    assert visma.counters()["revoked"] == 1
    assert works(workshop, connection)


def test_a_wrong_company_handed_back_has_her_other_connections_checked(
    visma_app: Flask, visma: StandIn, connection: Connection, database: Session
) -> None:
    database.execute(update(Connection).values(next_check_at=None))
    database.commit()
    link = invite(visma_app, "Annat Bolag AB", "5599001210")
    Traveller.with_link(visma_app, visma, address(link)).go_straight().approve("Vera Välja", HERS)
    assert visma.counters()["revoked"] == 1
    assert connections(database)[0].next_check_at
