"""The last day of a consent: chosen by the firm, read by the approver, on the receipt, and kept."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import make_user
from tests.support.client import Browser, Page
from tests.support.mail_server import MailServer, send_due, text_of
from tests.support.standin import StandIn
from tests.support.traveller import Traveller, address, invite
from wizard.models import Company, Connection, Consent, Role, now, today
from wizard.services.connections import consent_ends

DAY = timedelta(days=1)
MAIL = "vera@example.com"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def visma_app(make_app: Callable[..., Flask], visma: StandIn, mail_server: MailServer) -> Flask:
    """The application with the stand-in for its provider, and a mail server."""
    return make_app(**visma.settings, **mail_server.settings)


@pytest.fixture
def link(visma_app: Flask) -> str:
    """The path of a link that was copied."""
    return address(invite(visma_app))


@pytest.fixture
def olga(visma_app: Flask, database: Session, link: str) -> Browser:
    """A member of the firm, signed in."""
    assert link
    company = database.scalars(select(Company)).one()
    member = make_user("Olga Ek", Role.MEMBER, company.firm)
    company.responsible = member
    database.add(member)
    database.commit()
    return Browser.open(visma_app, member)


def choose(olga: Browser, database: Session, day: object, status: int = 303) -> Page:
    """Choose a last day on the company's page for it."""
    company = database.scalars(select(Company)).one()
    path = f"/foretag/{company.public_id}/sista-dag"
    olga.get(path, 200)
    return olga.post(path, {"day": str(day) if day else ""}, status)


def approved(app: Flask, visma: StandIn, link: str) -> Traveller:
    approver = Traveller.with_link(app, visma, link)
    approver.go_straight().approve()
    return approver


@pytest.mark.parametrize(
    ("language", "said"), [("sv", "Det gäller till och med"), ("en", "It is valid until")]
)
def test_the_approver_reads_it_with_the_button_and_on_the_receipt(
    visma_app: Flask,
    visma: StandIn,
    database: Session,
    link: str,
    olga: Browser,
    language: str,
    said: str,
) -> None:
    ends_on = today() + 400 * DAY
    choose(olga, database, ends_on)
    approver = Traveller.with_link(visma_app, visma, link)
    approver.browser.get(f"/sprak/{language}", 303)
    approver.go_straight()
    assert said in approver.get("ge-behorighet", 200).words
    approver.approve()
    receipt = approver.browser.get(approver.receipt(), 200)
    assert said in receipt.words
    assert database.scalars(select(Consent.ends_on)).one() == ends_on
    assert database.scalars(select(Connection.consent_ends_on)).one() == ends_on
    made = Platform.of(visma_app, database, database.scalars(select(Company)).one().firm)
    listed = made.get("/connections", 200).body["items"]
    assert [one["consent_ends_on"] for one in listed] == [ends_on.isoformat()]


def test_what_she_read_counts_though_the_firm_chose_another_day_meanwhile(
    visma_app: Flask, visma: StandIn, database: Session, link: str, olga: Browser
) -> None:
    read = today() + 100 * DAY
    choose(olga, database, read)
    approver = Traveller.with_link(visma_app, visma, link)
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", "Norrtälje Bokbinderi AB")
    choose(olga, database, read + 100 * DAY)
    approver.come_back(callback)
    assert database.scalars(select(Consent.ends_on)).one() == read


def test_without_a_last_day_nothing_is_said_of_one(
    visma_app: Flask, visma: StandIn, link: str
) -> None:
    approver = approved(visma_app, visma, link)
    receipt = approver.browser.get(approver.receipt(), 200)
    assert "Sista dag" not in receipt.words
    assert "Det gäller till och med" not in receipt.words


def test_a_later_day_than_was_approved_is_refused_and_an_earlier_is_not(
    visma_app: Flask, visma: StandIn, database: Session, link: str, olga: Browser
) -> None:
    choose(olga, database, today() + 100 * DAY)
    approver = approved(visma_app, visma, link)
    for day in (today() + 101 * DAY, None):
        refused = choose(olga, database, day, 200)
        assert "Godkännandet gäller till och med" in refused.words
    for wrong in (today() - DAY, "31 december", "2027-02-30"):
        choose(olga, database, wrong, 200)
    choose(olga, database, today() + 50 * DAY)
    company = database.scalars(select(Company)).one()
    page = olga.get(f"/foretag/{company.public_id}", 200)
    assert "Sista dagen sattes till" in page.words
    assert "Sista dag" in approver.browser.get(approver.receipt(), 200).words


def test_after_it_nothing_is_read_and_both_sides_are_told(
    visma_app: Flask,
    visma: StandIn,
    database: Session,
    link: str,
    olga: Browser,
    mail_server: MailServer,
) -> None:
    approver = approved(visma_app, visma, link)
    approver.browser.follow(approver.mail_receipt(MAIL))
    send_due(visma_app)
    choose(olga, database, today())
    company = database.scalars(select(Company)).one()
    vouchers = f"/foretag/{company.public_id}/verifikat"
    assert olga.get(vouchers).status == 200
    with time_machine.travel(now() + DAY):
        visma.clear_counters()
        again = Browser.open(visma_app, company.responsible)
        assert again.get(vouchers).status != 500
        assert not [name for name in visma.counters() if name.startswith("api:")]
        consent_ends.end_over(database)
        send_due(visma_app)
        told = [text_of(each) for each in mail_server.letters[-2:]]
        assert all("sista dagen hade passerat" in letter for letter in told)
        page = approver.browser.get(approver.receipt(), 200)
        assert "ingen: sista dagen hade passerat" in page.words
