"""Renewing a connection: the old grant works until the new one is proved, and backing out harms nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.support.cast import make_user
from tests.support.grants import grant_of, grants_in, make_grants_due, refresh_ahead
from tests.support.second_reading import refuse_once
from tests.support.standin import StandIn
from tests.support.traveller import (
    HERS,
    OURS,
    Traveller,
    address,
    authorizations,
    cause_of,
    connections,
)
from tests.support.traveller import invite as make_link
from wizard.jobs import worker
from wizard.models import (
    AuthorizationStatus,
    Company,
    Connection,
    ConnectionStatus,
    Consent,
    Event,
    EventKind,
    Firm,
    Grant,
    GrantState,
    Invitation,
    InvitationStatus,
    KeyPurpose,
    Role,
    User,
    now,
)
from wizard.providers.base import GrantEndedError
from wizard.providers.visma import Visma
from wizard.services.authorizations import check
from wizard.services.connections import disconnection, health
from wizard.services.context import ProviderContext
from wizard.services.grants import revocation
from wizard.services.grants.tokens import access_token
from wizard.services.invitations import lifecycle
from wizard.services.invitations.inviting import (
    ConnectedAlreadyError,
    NotConnectedError,
    invite,
    invite_to_renew,
)
from wizard.services.invitations.lifecycle import Link

SECONDS = 10.0
ROTATIONS = ["rotating", "reusable"]
Renew = Callable[[], Traveller]


@pytest.fixture
def connection(approver: Traveller, database: Session) -> Connection:
    """A connection as the road makes it, by Vera."""
    approver.go_straight().approve("Vera Välja")
    return connections(database)[0]


@pytest.fixture
def owner(database: Session, connection: Connection) -> User:
    """A member of the firm."""
    user = make_user("Olga Ek", Role.MEMBER, database.get_one(Firm, connection.firm_id))
    database.add(user)
    database.commit()
    return user


@pytest.fixture
def link(database: Session, connection: Connection, owner: User) -> Link:
    """A link to renew, made while the connection works."""
    company = database.get_one(Company, connection.company_id)
    return invite_to_renew(database, company, owner, KeyPurpose.COPIED)


@pytest.fixture
def renewer(visma_app: Flask, visma: StandIn, link: Link) -> Traveller:
    """Somebody who has opened the link to renew."""
    traveller = Traveller.with_link(visma_app, visma, address(link))
    traveller.post("valkommen", 303, go="start")
    return traveller


def works(context: ProviderContext, connection: Connection) -> bool:
    return health.check(context, connection.id).read


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_the_same_person_renews_and_her_old_grant_is_forgotten(
    context: ProviderContext,
    connection: Connection,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
    rotation: str,
) -> None:
    visma.configure(rotation=rotation)
    page = renewer.approve("Vera Välja")
    assert "förnyad" in page.heading
    (found,) = connections(database)
    assert found.id == connection.id
    assert found.renewed_at
    assert visma.counters().get("revocation") is None
    assert grants_in(database, GrantState.TO_BE_REVOKED, GrantState.REVOKED) == []
    assert len(database.scalars(select(Consent)).all()) == 2
    refused = access_token(context, found.id, SECONDS)
    assert access_token(context, found.id, SECONDS, refused=refused) != refused
    assert works(context, found)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_another_person_renews_and_the_old_grant_is_revoked(
    visma_app: Flask,
    context: ProviderContext,
    connection: Connection,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
    rotation: str,
) -> None:
    visma.configure(rotation=rotation)
    renewer.approve("Elsa Ensam")
    worker.work(visma_app, wait=False)
    assert [grant.person for grant in visma.grants()] == ["Elsa Ensam"]
    assert connections(database)[0].approver_name == "Elsa Ensam"
    assert grants_in(database, GrantState.TO_BE_REVOKED) == []
    assert works(context, connection)


def test_an_old_grant_is_tried_until_the_provider_confirms(
    context: ProviderContext,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
) -> None:
    renewer.approve("Elsa Ensam")
    visma.fail("revocation", "status", 503)
    (grant,) = grants_in(database, GrantState.TO_BE_REVOKED)
    assert not revocation.revoke(context, grant.id, SECONDS)
    database.expire_all()
    assert grant.next_revoke_at
    assert grant.next_revoke_at > now()
    visma.heal()
    assert revocation.revoke(context, grant.id, SECONDS)
    assert revocation.revoke(context, grant.id, SECONDS)
    assert len(visma.grants()) == 1


def test_another_company_is_refused_and_the_connection_goes_on(
    context: ProviderContext, connection: Connection, renewer: Traveller, database: Session
) -> None:
    page = renewer.approve("Vera Välja", "Annat Bolag AB")
    assert "Annat Bolag AB" in page.words
    assert HERS in page.words
    assert "Därför har inget förnyats" in page.words
    assert connections(database)[0].renewed_at is None
    assert works(context, connection)


def test_backing_out_harms_nothing(
    context: ProviderContext,
    connection: Connection,
    link: Link,
    owner: User,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
) -> None:
    renewer.come_back(visma.deny(renewer.depart(), "Vera Välja", HERS))
    assert cause_of(database) == "declined"
    callback = visma.approve(renewer.depart(), "Vera Välja", HERS)
    lifecycle.withdraw(database, database.get_one(Invitation, link.invitation.id), owner)
    renewer.come_back(callback)
    assert connections(database)[0].renewed_at is None
    assert works(context, connection)


def test_the_road_is_shorter_and_says_why(renewer: Traveller) -> None:
    welcome = renewer.get("valkommen", 200)
    assert "Vill du förnya" in welcome.heading
    assert "Kopplingen fungerar fortfarande" in welcome.words
    assert "Steg 1 av 2" in welcome.words
    assert "Steg 2 av 2" in renewer.get("ge-behorighet", 200).words
    for skipped in ("behorighet", "bokforing", "foretag"):
        assert renewer.get(skipped, 303).location.endswith("/ge-behorighet")


def test_the_first_of_two_wins(
    visma_app: Flask,
    context: ProviderContext,
    connection: Connection,
    link: Link,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
) -> None:
    second = Traveller.with_link(visma_app, visma, address(link))
    second.post("valkommen", 303, go="start")
    callback = visma.approve(second.depart(), "Elsa Ensam", HERS)
    renewer.approve("Vera Välja")
    assert "anslutet" in second.come_back(callback).heading
    assert connections(database)[0].approver_name == "Vera Välja"
    assert works(context, connection)


def test_of_two_checked_at_once_one_wins_and_the_other_is_handed_back(
    visma_app: Flask,
    context: ProviderContext,
    connection: Connection,
    link: Link,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
) -> None:
    second = Traveller.with_link(visma_app, visma, address(link))
    second.post("valkommen", 303, go="start")
    for traveller, person in ((renewer, "Vera Välja"), (second, "Elsa Ensam")):
        callback = visma.approve(traveller.depart(), person, HERS)
        traveller.browser.get(callback.removeprefix(OURS), 303)  # the code is stored, no more
    both = [authorization.id for authorization in authorizations(database)[-2:]]
    with ThreadPoolExecutor(2) as pool:
        ends = set(
            pool.map(
                lambda authorization_id: check.run_check(context, authorization_id, SECONDS), both
            )
        )
    assert ends == {AuthorizationStatus.SUCCEEDED, AuthorizationStatus.FAILED}
    lost = next(
        authorization
        for authorization in authorizations(database)
        if authorization.status is AuthorizationStatus.FAILED
    )
    assert lost.cause == "already_connected"
    assert grant_of(database, lost).refresh_token is None
    worker.work(visma_app, wait=False)
    winner = connections(database)[0].approver_name
    assert {grant.person for grant in visma.grants()} == {winner}
    assert works(context, connection)


def test_an_invitation_from_before_another_link_connected_is_told_so(
    visma_app: Flask, connection: Connection, link: Link, database: Session, visma: StandIn
) -> None:
    database.execute(update(Invitation).values(renews_id=None))  # as if it had been made before
    database.commit()
    early = Traveller.with_link(visma_app, visma, address(link))
    early.go_straight()
    assert "redan anslutet" in early.approve("Elsa Ensam").heading
    assert connections(database)[0].renewed_at is None


def test_activating_by_mistake_is_refused_and_renewing_nothing_is_too(
    connection: Connection, owner: User, database: Session
) -> None:
    company = database.get_one(Company, connection.company_id)
    with pytest.raises(ConnectedAlreadyError):
        invite(database, company, "visma", owner, KeyPurpose.COPIED)
    disconnection.disconnect(database, connection, staff=owner)
    with pytest.raises(NotConnectedError):
        invite_to_renew(database, company, owner, KeyPurpose.COPIED)
    assert invite(database, company, "visma", owner, KeyPurpose.COPIED)


def test_an_end_withdraws_the_renewal_under_way(
    connection: Connection,
    link: Link,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
) -> None:
    callback = visma.approve(renewer.depart(), "Vera Välja", HERS)
    disconnection.disconnect(database, connection)
    assert "klart" not in renewer.come_back(callback).heading.lower()
    database.expire_all()
    invitation = database.get_one(Invitation, link.invitation.id)
    assert invitation.status is InvitationStatus.WITHDRAWN
    assert [one.status for one in connections(database)] == [ConnectionStatus.DISCONNECTED]


@pytest.mark.parametrize("person", ["Vera Välja", "Elsa Ensam"])
@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_refresh_under_way_neither_spoils_the_renewal_nor_outlives_it(
    visma_app: Flask,
    context: ProviderContext,
    connection: Connection,
    renewer: Traveller,
    database: Session,
    visma: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    rotation: str,
    person: str,
) -> None:
    visma.configure(rotation=rotation)
    asked = Visma.refresh

    def renewed_meanwhile(self: Visma, token: str, *, timeout: float) -> object:
        monkeypatch.setattr(Visma, "refresh", asked)
        answer = asked(self, token, timeout=timeout)  # on its way back when she approves
        renewer.approve(person)
        return answer

    make_grants_due(database)
    monkeypatch.setattr(Visma, "refresh", renewed_meanwhile)
    with suppress(GrantEndedError):  # the grant that was replaced meanwhile
        refresh_ahead(context, connection)
    due_again(database)
    worker.work(visma_app, wait=False)
    assert works(context, connection)
    hers = [grant.person for grant in visma.grants()]
    assert hers[-1] == person
    assert person == "Vera Välja" or hers == [
        person
    ]  # the old family is dead, the newest token too


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_refresh_under_way_does_not_outlive_an_end(
    context: ProviderContext,
    connection: Connection,
    database: Session,
    visma: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    rotation: str,
) -> None:
    visma.configure(rotation=rotation)
    asked = Visma.refresh
    with ThreadPoolExecutor(1) as pool:

        def ended_meanwhile(self: Visma, token: str, *, timeout: float) -> object:
            answer = asked(self, token, timeout=timeout)
            disconnection.disconnect(database, connection)
            finishing.append(
                pool.submit(disconnection.revoke_grant, context, connection.id, SECONDS)
            )
            return answer

        finishing: list[object] = []
        make_grants_due(database)
        monkeypatch.setattr(Visma, "refresh", ended_meanwhile)
        with pytest.raises(GrantEndedError):
            refresh_ahead(context, connection)
    assert visma.grants() == []
    assert grant_of(database, connections(database)[0]).revoked_at


def test_an_end_that_takes_her_other_connections_along_is_noticed(
    visma_app: Flask,
    context: ProviderContext,
    connection: Connection,
    database: Session,
    visma: StandIn,
) -> None:
    visma.configure(revocation="all", access_tokens_outlive_grant=True)
    other = another_of_hers(visma_app, visma, database)
    database.execute(update(Connection).values(next_check_at=None))
    database.commit()
    disconnection.disconnect(database, connection)
    assert disconnection.revoke_grant(context, connection.id, SECONDS)
    database.expire_all()
    assert other.next_check_at
    due = grant_of(database, other).next_refresh_at
    assert due
    assert due <= now()
    refuse_once(context, other.id, access_token(context, other.id, SECONDS))
    with pytest.raises(GrantEndedError):
        refresh_ahead(context, other)
    database.expire_all()
    assert other.status is ConnectionStatus.RENEWAL_NEEDED
    kinds = database.scalars(select(Event.kind).where(Event.connection_id == other.id)).all()
    assert EventKind.RENEWAL_NEEDED in kinds


def another_of_hers(app: Flask, visma: StandIn, database: Session) -> Connection:
    """Another company's connection that Vera has approved."""
    link = make_link(app, "Annat Bolag AB", "5599001210")
    Traveller.with_link(app, visma, address(link)).go_straight().approve(
        "Vera Välja", "Annat Bolag AB"
    )
    newest = select(Connection).order_by(Connection.id.desc()).limit(1)
    return database.scalars(newest).one()


def due_again(database: Session) -> None:
    """Let the time come for what is to be tried again."""
    database.execute(update(Grant).values(claimed_until=None))
    database.execute(text("update procrastinate.procrastinate_jobs set scheduled_at = now()"))
    database.commit()
