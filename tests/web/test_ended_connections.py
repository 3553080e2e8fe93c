"""What is said, and may be done, where a connection has ended, broken, or passed into another's hands."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.broken import become, connect
from tests.support.cast import Cast, make_user
from tests.support.client import Browser
from tests.support.grants import grant_of, grants_in
from tests.support.standin import StandIn
from tests.support.traveller import (
    HER_NUMBER,
    HERS,
    Traveller,
    address,
    connections,
    invite,
)
from wizard.models import (
    Actor,
    Company,
    Connection,
    ConnectionStatus,
    Consent,
    Firm,
    Grant,
    GrantState,
    KeyPurpose,
    Letter,
    LetterKind,
    Role,
    now,
)
from wizard.services.connections import disconnection, endings
from wizard.services.connections.endings import HandedBack
from wizard.services.consents import disconnect_codes
from wizard.services.context import ProviderContext
from wizard.services.grants import revocation
from wizard.services.invitations.inviting import invite_to_renew

Open = Callable[..., Browser]
RENEWAL, DISTURBED = ConnectionStatus.RENEWAL_NEEDED, ConnectionStatus.DISTURBED


@pytest.fixture
def connection(approver: Traveller, database: Session) -> Connection:
    """A connection as the road makes it, by Vera."""
    approver.go_straight().approve("Vera Välja")
    return connections(database)[0]


def elsewhere(approver: Traveller) -> Traveller:
    """The same link in a browser that has not approved."""
    return Traveller.with_link(approver.app, approver.visma, approver.link)


def test_an_old_link_says_how_the_connection_is_now(
    approver: Traveller, database: Session, connection: Connection
) -> None:
    assert elsewhere(approver).open().heading == "Företaget är anslutet"
    become(database, (connection,), RENEWAL, "consent_ended")
    broken = elsewhere(approver)
    assert broken.open().heading == "Kopplingen behöver förnyas"
    assert (
        " om en ny länk. Använd den när den kommer."
        in broken.follow(broken.post("be-om-ny-lank", 303)).words
    )
    asked = select(Letter.kind).where(Letter.kind == LetterKind.NEW_LINK_ASKED)
    assert database.scalars(asked).all()
    disconnection.disconnect(database, connection)
    over = elsewhere(approver).open()
    assert over.heading == "Kopplingen är avslutad"
    assert "anslutet" not in over.words
    assert not over.actions


def test_a_welcome_to_renew_does_not_say_that_what_is_disturbed_works(
    visma_app: Flask, visma: StandIn, database: Session, connection: Connection
) -> None:
    works, disturbed = "Kopplingen fungerar fortfarande", "Just nu går den inte att läsa"
    link = address(invite(visma_app, HERS, HER_NUMBER))
    assert works in Traveller.with_link(visma_app, visma, link).get("valkommen", 200).words
    become(database, (connection,), DISTURBED, "visma_unavailable")
    words = Traveller.with_link(visma_app, visma, link).get("valkommen", 200).words
    assert disturbed in words
    assert works not in words


def test_the_card_of_a_company_whose_connection_has_ended_does_not_say_connected(
    visma_app: Flask, database: Session, connection: Connection
) -> None:
    user = make_user("Olga Ek", Role.MEMBER, database.get_one(Firm, connection.firm_id))
    database.add(user)
    database.commit()
    disconnection.disconnect(database, connection, staff=user, actor=Actor.STAFF)
    company = database.get_one(Company, connection.company_id)
    browser = Browser.open(visma_app, user)
    words = browser.get(f"/foretag/{company.public_id}/ladda-upp-data", 200).words
    assert "Frånkopplad" in words
    assert "Ansluten" not in words


def test_an_end_that_withdraws_a_renewal_shows_as_the_end_everywhere(
    app: Flask, browser: Open, cast: Cast, session: Session
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    company = session.get_one(Company, connection.company_id)
    invite_to_renew(session, company, cast.owner, KeyPurpose.COPIED)
    disconnection.disconnect(session, connection, staff=cast.owner, actor=Actor.STAFF)
    at = f"/foretag/{company.public_id}"
    support = f"/support/{company.public_id}"
    shown = [
        browser(cast.owner).get(path, 200) for path in ("/foretag", at, f"{at}/ladda-upp-data")
    ]
    shown.append(browser(cast.support).get(support, 200))
    for page in shown:
        badges = page.text.split('class="badge ')[1:]
        assert ["Frånkopplad" in badge.partition("</span>")[0] for badge in badges] == [True]


def test_a_company_says_that_an_invitation_to_renew_is_out_already(
    browser: Open, cast: Cast, session: Session
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    become(session, (connection,), RENEWAL, "consent_ended")
    company = session.get_one(Company, connection.company_id)
    page, said = f"/foretag/{company.public_id}", "En inbjudan att förnya finns redan"
    colleague = browser(cast.colleague)
    assert said not in colleague.get(page, 200).words
    invite_to_renew(session, company, cast.owner, KeyPurpose.COPIED)
    assert said in colleague.get(page, 200).words


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("consent_ended", "Kopplingen behöver godkännas igen."),
        ("company_inactive", "När det är ordnat i Visma, tryck på ”Kontrollera nu”."),
    ],
)
def test_a_member_is_told_what_mends_a_connection(
    browser: Open, cast: Cast, session: Session, cause: str, said: str
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    become(session, (connection,), RENEWAL, cause)
    company = session.get_one(Company, connection.company_id)
    assert said in browser(cast.owner).get(f"/foretag/{company.public_id}", 200).words


def test_a_fault_of_ours_is_said_to_be_ours_and_not_the_providers(
    browser: Open, cast: Cast, session: Session
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    become(session, (connection,), ConnectionStatus.OUR_FAULT, "our_configuration")
    company = session.get_one(Company, connection.company_id).public_id
    pages = {
        cast.owner: [f"/foretag/{company}", f"/foretag/{company}/ladda-upp-data"],
        cast.support: [
            "/admin/kopplingar",
            f"/admin/kopplingar/{connection.public_id}",
            f"/support/{company}",
        ],
    }
    for user, paths in pages.items():
        for path in paths:
            words = browser(user).get(path, 200).words
            assert "Störning hos Visma" not in words, path
            assert "Fel hos oss" in words, path
            assert "inte hos dig" not in words, path


def test_support_and_admin_are_told_who_renews_and_where_the_help_is(
    browser: Open, cast: Cast, session: Session
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    become(session, (connection,), RENEWAL, "consent_ended")
    company = session.get_one(Company, connection.company_id).public_id
    for path in (f"/admin/kopplingar/{connection.public_id}", f"/support/{company}"):
        page = browser(cast.support).get(path, 200)
        assert "Någon på Byrån AB förnyar den" in page.words
        assert "/hjalp/fornya#steg-1" in page.links


def test_an_end_by_an_approval_that_was_replaced_in_that_moment_ends_nothing(
    visma_app: Flask, visma: StandIn, database: Session, connection: Connection
) -> None:
    hers = database.scalars(select(Consent)).one()
    assert disconnect_codes.standing(database, hers).may_end  # she has pressed, and is on her way
    link = address(invite(visma_app, HERS, HER_NUMBER))
    Traveller.with_link(visma_app, visma, link).go_straight().approve("Elsa Ensam")
    disconnection.disconnect(database, connection, actor=Actor.APPROVER, consent=hers)
    assert connections(database)[0].status is ConnectionStatus.ACTIVE
    theirs = database.scalars(select(Consent).order_by(Consent.id.desc()).limit(1)).one()
    disconnection.disconnect(database, connection, actor=Actor.APPROVER, consent=theirs)
    assert connections(database)[0].status is ConnectionStatus.DISCONNECTED


def test_a_grant_whose_key_is_lost_is_not_said_to_have_ended_before(
    context: ProviderContext, database: Session, connection: Connection
) -> None:
    grant_of(database, connection).refresh_token = "unknown:AAAA"
    database.commit()
    disconnection.disconnect(database, connection)
    assert disconnection.revoke_grant(context, connection.id, 10.0)
    database.expire_all()
    ending = endings.of_connection(database, connection.public_id)
    assert ending
    assert ending.handed_back is HandedBack.GIVEN_UP
    assert (
        grant_of(database, connection).refresh_token is None
    )  # nobody tries it every minute for ever


def test_a_replaced_grant_whose_key_is_lost_is_forgotten(
    context: ProviderContext, database: Session, connection: Connection
) -> None:
    grant = Grant(
        provider=connection.provider,
        state=GrantState.TO_BE_REVOKED,
        refresh_token="unknown:AAAA",
        next_revoke_at=now(),
    )
    database.add(grant)
    database.commit()
    assert revocation.revoke(context, grant.id, 10.0)
    assert grants_in(database, GrantState.DEAD) == [grant]
    assert grant.refresh_token is None
