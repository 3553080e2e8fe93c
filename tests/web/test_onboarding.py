"""The approver's steps: what the link does, the order of the steps, and every way off the road."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.client import Browser
from tests.support.standin import StandIn
from tests.support.transactions import Statements
from tests.support.traveller import (
    HERS,
    Traveller,
    address,
    invite,
)
from wizard.models import (
    Actor,
    Base,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    Outage,
    OutageKind,
    User,
    now,
)
from wizard.services.invitations import lifecycle

STEPS = ["behorighet", "bokforing", "foretag", "ge-behorighet"]


def everything(session: Session) -> dict[str, object]:
    """All that is in the database, to be compared."""
    session.rollback()
    return {
        table.name: sorted(map(str, session.execute(table.select()).all()))
        for table in Base.metadata.sorted_tables
    }


def test_open_link_takes_the_secret_out_of_the_address(visma_app: Flask) -> None:
    link = invite(visma_app)
    page = Browser.open(visma_app).get(address(link), 303)
    assert page.goes_to == f"/koppla/{link.invitation.public_id}/"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert link.secret not in page.location


@pytest.mark.parametrize(
    "stuck", [".", ")", ">", ",", '"', "/", ").", "%20", "%0A", "%C2%A0", "%E2%80%8B", "%E2%80%9D."]
)
def test_open_link_works_with_something_stuck_to_it(visma_app: Flask, stuck: str) -> None:
    link = invite(visma_app)
    page = Browser.open(visma_app).get(address(link) + stuck, 303)
    assert page.goes_to == f"/koppla/{link.invitation.public_id}/"


def test_open_link_in_capitals_leads_to_the_link(visma_app: Flask) -> None:
    link, browser = invite(visma_app), Browser.open(visma_app)
    page = browser.get(address(link).replace("/k/", "/K/"), 308)
    assert page.location.endswith(address(link))
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert browser.get(address(link), 303).goes_to == f"/koppla/{link.invitation.public_id}/"


def test_open_link_by_a_scanner_changes_nothing(visma_app: Flask, database: Session) -> None:
    link = address(invite(visma_app))
    before = everything(database)
    scanner = Browser.open(visma_app)
    start = scanner.get(link, 303).goes_to
    for step in ["", "valkommen", *STEPS, "kollega", "nej", "till-inloggning", "kontroll", "laget"]:
        scanner.get(f"{start}{step}")
    scanner.client.head(link)
    assert everything(database) == before


@pytest.mark.parametrize(
    "path", ["/k/finns-inte", "/koppla/finnsinte/", "/koppla/finnsinte/valkommen", "/k/%00"]
)
def test_open_link_unknown_looks_like_a_known_one_without_its_link(
    visma_app: Flask, path: str
) -> None:
    known = f"/koppla/{invite(visma_app).invitation.public_id}/valkommen"
    stranger = Browser.open(visma_app)
    assert stranger.get(path, 404).words == stranger.get(known, 404).words


def test_resume_on_a_second_device_is_at_the_same_step(
    approver: Traveller, visma_app: Flask, visma: StandIn
) -> None:
    approver.post("valkommen", 303, go="start")
    approver.post("behorighet", 303, answer="yes")
    phone = Traveller.with_link(visma_app, visma, approver.link)
    assert phone.open().heading == approver.get("bokforing", 200).heading


def test_three_invitations_in_one_browser_are_kept_apart(visma_app: Flask, visma: StandIn) -> None:
    links = [
        invite(visma_app),
        invite(visma_app, "Annat Bolag AB", "5599001210"),
        invite(visma_app, "Gamla Bolaget AB", "5599001145"),
    ]
    consultant = Traveller.with_link(visma_app, visma, address(links[0]))
    for link in links[1:]:
        consultant.link = address(link)
        consultant.open()
    for link, name in zip(links, [HERS, "Annat Bolag AB", "Gamla Bolaget AB"], strict=True):
        consultant.at = f"/koppla/{link.invitation.public_id}"
        assert name in consultant.get("valkommen", 200).words
        assert "kvitto" in consultant.go_straight().approve("Klara Konsult", name).words.lower()


def test_welcome_says_who_asks_for_what_and_whom_to_call(approver: Traveller) -> None:
    words = approver.get("valkommen", 200).words
    for said in ("Byrån AB", HERS, "559900-1079", "Britta Berg", "08-123 45 67"):
        assert said in words


@pytest.mark.parametrize("step", STEPS)
def test_a_step_ahead_leads_back_to_the_first_that_is_open(approver: Traveller, step: str) -> None:
    assert approver.get(step, 303).location.endswith("/valkommen")


def test_the_history_begins_before_the_first_step_is_reached(
    approver: Traveller, database: Session
) -> None:
    approver.post("valkommen", 303, go="start")
    approver.post("behorighet", 303, answer="yes")
    hers = select(Event.kind).where(Event.actor == Actor.APPROVER).order_by(Event.id)
    assert database.scalars(hers).all() == [
        EventKind.INVITATION_STARTED,
        EventKind.STEP_DONE,
        EventKind.STEP_DONE,
    ]


def test_the_whole_way_step_by_step(approver: Traveller) -> None:
    assert approver.post("valkommen", 303, go="start").location.endswith("/behorighet")
    assert approver.post("behorighet", 303, answer="yes").location.endswith("/bokforing")
    assert approver.post("bokforing", 303, answer="yes").location.endswith("/foretag")
    assert approver.post("foretag", 303).location.endswith("/ge-behorighet")
    assert HERS in approver.get("ge-behorighet", 200).words


@pytest.mark.parametrize("answer", ["no", "not_found", "unsure"])
def test_permission_answers_other_than_yes_lead_to_advice_and_on(
    approver: Traveller, answer: str
) -> None:
    approver.post("valkommen", 303, go="start")
    plain = approver.get("behorighet", 200)
    assert approver.post("behorighet", 303, answer=answer).location.endswith("/behorighet")
    advised = approver.get("behorighet", 200)
    assert advised.words != plain.words
    assert approver.post("behorighet", 303, go="continue").location.endswith("/bokforing")


@pytest.mark.parametrize("step", ["behorighet", "bokforing"])
def test_a_requirement_without_an_answer_says_so_and_loses_nothing(
    approver: Traveller, step: str
) -> None:
    approver.go_straight()
    page = approver.post(step, 200, answer="kanske")
    assert page.tree is not None
    assert (page.tree.findtext("head/title") or "").strip().startswith("Fel:")


def test_colleague_gets_a_link_of_her_own_and_begins_at_the_beginning(
    approver: Traveller, visma_app: Flask, visma: StandIn
) -> None:
    approver.go_straight()
    approver.get("kollega", 200)
    page = approver.post("kollega", 200)
    link = next(part for part in page.text.split('"') if "/k/" in part)
    colleague = Traveller.with_link(visma_app, visma, link.removeprefix("http://localhost"))
    page = colleague.open()
    assert page.heading == approver.get("valkommen", 200).heading
    assert "Den som gav dig länken har fått en fråga från Byrån AB" in page.words
    assert "kvitto" in colleague.go_straight().approve().words.lower()


def test_decline_tells_the_sender_and_ends_the_link(approver: Traveller, database: Session) -> None:
    approver.get("nej", 200)
    assert approver.post("nej", 200, reason="Vi har bytt byrå.").status == 200
    told = database.scalars(select(Event).where(Event.kind == EventKind.INVITATION_DECLINED)).one()
    assert told.note == "Vi har bytt byrå."
    assert database.scalars(select(Invitation)).one().status is InvitationStatus.DECLINED
    assert approver.open().status == 410


def test_decline_with_too_long_a_reason_keeps_what_was_written(approver: Traveller) -> None:
    page = approver.post("nej", 200, reason="x" * 600)
    assert "x" * 600 in page.text


@pytest.mark.parametrize("end", ["expired", "withdrawn", "replaced"])
def test_an_ended_link_has_a_page_of_its_own_and_a_way_on(
    approver: Traveller, database: Session, end: str
) -> None:
    invitation = database.scalars(select(Invitation)).one()
    if end == "expired":
        invitation.expires_at = now() - timedelta(seconds=1)
        database.commit()
    elif end == "withdrawn":
        invitation.status = InvitationStatus.WITHDRAWN
        database.commit()
    else:
        database.scalars(select(InvitationKey)).one().ended_at = now()
        database.commit()
    page = approver.open()
    assert page.status == 410
    asking = next(action for action in page.actions if "be-om-ny-lank" in action)
    asked_page = approver.follow(approver.browser.post(asking, {}, 303))
    assert "om en ny länk. Använd den när den kommer." in asked_page.words
    assert "Be om en ny" not in asked_page.words
    assert asking not in asked_page.actions
    approver.follow(approver.browser.post(asking, {}, 303))
    asked = select(func.count()).where(Event.kind == EventKind.NEW_LINK_ASKED)
    assert database.scalar(asked) == 1


def test_a_link_that_works_asks_for_no_other(approver: Traveller, database: Session) -> None:
    approver.follow(approver.post("be-om-ny-lank", 303))
    asked = select(func.count()).where(Event.kind == EventKind.NEW_LINK_ASKED)
    assert database.scalar(asked) == 0


def test_an_ended_link_can_do_nothing_more(approver: Traveller, database: Session) -> None:
    database.scalars(select(Invitation)).one().status = InvitationStatus.WITHDRAWN
    database.commit()
    before = everything(database)
    forms: list[tuple[str, dict[str, str]]] = [
        ("valkommen", {"go": "express"}),
        ("behorighet", {"answer": "yes"}),
        ("foretag", {}),
        ("kollega", {}),
        ("nej", {}),
    ]
    for step, form in forms:
        assert approver.browser.post(f"{approver.at}/{step}", form).status == 410
    assert approver.get("till-inloggning").status == 410
    assert everything(database) == before


def test_an_invitation_lives_for_fourteen_days(visma_app: Flask, visma: StandIn) -> None:
    approver = Traveller.with_link(visma_app, visma, address(invite(visma_app)))
    with time_machine.travel(now() + timedelta(days=13, hours=23), tick=True):
        assert approver.get("valkommen").status == 200
    with time_machine.travel(now() + timedelta(days=14, minutes=1), tick=True):
        later = Traveller.with_link(visma_app, visma, approver.link)
        assert later.get("valkommen").status == 410


def test_a_new_invitation_after_one_that_expired(visma_app: Flask, database: Session) -> None:
    first = invite(visma_app).invitation.id
    database.get_one(Invitation, first).expires_at = now() - timedelta(days=1)
    database.commit()
    assert invite(visma_app).invitation.id != first
    database.expire_all()
    assert database.get_one(Invitation, first).status is InvitationStatus.EXPIRED


def test_new_link_ends_the_earlier_ones(approver: Traveller, database: Session) -> None:
    invitation = database.scalars(select(Invitation)).one()
    sender = User(email="olga@example.com", name="Olga", role="admin", password_hash="x")
    database.add(sender)
    database.flush()
    link = lifecycle.new_link(database, invitation, sender)
    assert approver.get("valkommen").status == 410
    approver.link = address(link)
    assert approver.open().status == 200


def test_a_step_costs_few_statements(visma_app: Flask, approver: Traveller) -> None:

    approver.go_straight()
    approver.get("ge-behorighet", 200)
    with Statements(visma_app.extensions["engine"]) as sent:
        approver.get("ge-behorighet", 200)
    assert len(sent) <= 4, list(sent)


@pytest.mark.parametrize("page", ["valkommen", "behorighet", "bokforing", "foretag"])
def test_a_step_that_is_shown_asks_the_database_once(
    visma_app: Flask, visma: StandIn, page: str
) -> None:
    approver = Traveller.with_link(visma_app, visma, address(invite(visma_app))).go_straight()
    approver.get(page, 200)  # notes that she is here
    with Statements(visma_app.extensions["engine"]) as sent:
        approver.get(page, 200)
    assert len(sent) == 1, list(sent)


def test_a_sole_traders_company_is_shown_in_full_to_the_approver(
    visma_app: Flask, visma: StandIn
) -> None:
    link = invite(visma_app, "Enskild Firma Anna Ek", "8001019986")
    words = Traveller.with_link(visma_app, visma, address(link)).get("valkommen", 200).words
    assert "800101-9986" in words


@pytest.mark.usefixtures("half_past")
def test_links_to_hand_over_have_a_limit_an_hour(approver: Traveller) -> None:
    for _ in range(30):
        approver.post("kollega", 200)
    page = approver.post("kollega", 429)
    assert int(page.headers["Retry-After"]) > 0


def test_approve_says_before_the_trip_that_the_provider_is_silent(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight()
    assert "har inte svarat oss" not in approver.get("ge-behorighet", 200).words
    outage = Outage(provider="visma", kind=OutageKind.SILENT, began_at=now(), affected=9)
    database.add(outage)
    database.commit()
    page = approver.get("ge-behorighet", 200)
    assert "Visma har inte svarat oss sedan" in page.words
    assert "länken fungerar till" in page.words
    assert "Ge behörighet" in page.words  # the way is open
    outage.kind = OutageKind.REFUSED  # it answers, and refuses others: she may be let in
    database.commit()
    assert "har inte svarat oss" not in approver.get("ge-behorighet", 200).words
    outage.kind, outage.ended_at = OutageKind.SILENT, now()
    database.commit()
    assert "har inte svarat oss" not in approver.get("ge-behorighet", 200).words
    assert "kvitto" in approver.approve().words.lower()
