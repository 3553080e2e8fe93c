"""Accounts of staff on their pages: listed, invited, changed, closed at once, and opened without revival."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.mail import Send
from tests.support.mail_server import MailServer, text_of
from tests.support.transactions import Statements
from wizard.models import AuditAction, AuditEntry, Invitation, KeyPurpose, Role, User
from wizard.services import pages
from wizard.services.api import api_keys, handovers
from wizard.services.invitations import lifecycle

Open = Callable[..., Browser]


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, which can mail."""
    return make_app(**mail_server.settings)


@pytest.fixture
def manager(session: Session, cast: Cast) -> User:
    """The owner, who looks after the accounts of her firm."""
    cast.owner.may_manage_members = True
    session.commit()
    return cast.owner


def at(user: User, act: str = "") -> str:
    return f"/anvandare/{user.public_id}{act}"


def test_a_person_shut_out_is_out_within_one_request_in_every_way(
    app: Flask, browser: Open, session: Session, cast: Cast
) -> None:
    key = api_keys.create(session, cast.firm, "Analys", cast.admin).key
    sessions = [browser(cast.owner), browser(cast.owner)]
    offered, arrived = browser(), browser()
    opened = handovers.offer(session, key, cast.owner, cast.company)
    untouched = handovers.offer(session, key, cast.owner, cast.company)
    arrived.arrive(f"/overlamning/{opened.secret}")
    with arrived.client.session_transaction() as cookie:
        (pressed, *_), *_rest = cookie["handovers"]
    admin = browser(cast.admin)
    admin.get(at(cast.owner, "/inaktivera"), 200)
    admin.post(at(cast.owner, "/inaktivera"), {"heir": ""}, 303)

    def is_out() -> None:
        for each in sessions:
            assert each.get("/foretag").status == 303
        assert arrived.post("/overlamning", {"handover": pressed}).status == 404
        assert offered.get(f"/overlamning/{untouched.secret}").status == 404

    is_out()
    platform = Platform.of(app, session, cast.firm)
    asked = {"user_email": cast.owner.email, "company_id": cast.company.public_id}
    assert platform.post("/handovers", asked, 404).cause == "member_unknown"
    admin.post(at(cast.owner, "/aktivera"), status=303)
    is_out()  # her old cookies and hand-overs are dead


def test_index_tells_of_each_account_in_four_statements_at_most(
    browser: Open, session: Session, cast: Cast, statements: Callable[[], Statements]
) -> None:
    for number in range(pages.PAGE):
        session.add(
            User(
                email=f"{number:03}@example.com",
                name=f"Nr {number}",
                role=Role.MEMBER,
                firm=cast.firm,
            )
        )
    session.commit()
    admin = browser(cast.admin)
    with statements() as sent:
        page = admin.get("/anvandare", 200)
    assert len(sent) <= 4
    assert "Inbjuden" in page.words
    following = next(link for link in page.links if "after=" in link)
    words = admin.get(following, 200).words
    for said in ("Olga Ek", "Byrån AB", "Medarbetare", "Administratör", "Aldrig"):
        assert said in words
    assert "Stina Alm" in admin.get("/anvandare?search=andra", 200).words
    assert "Ingen matchar" in admin.get("/anvandare?search=zzz", 200).words


def test_pages_are_for_admins_and_members_with_the_mark(
    browser: Open, cast: Cast, manager: User
) -> None:
    paths = (
        "/anvandare",
        "/anvandare/bjud-in",
        at(cast.colleague),
        at(cast.colleague, "/inaktivera"),
    )
    for path in paths:
        for user in (cast.colleague, cast.support):
            browser(user).get(path, 403)
        browser(cast.admin).get(path, 200)
        browser(manager).get(path, 200)
        assert browser().get(path, 303).location.startswith("/logga-in")
    for user, sees in ((cast.admin, True), (manager, True), (cast.colleague, False)):
        assert ("/anvandare" in browser(user).get("/foretag", 200).links) is sees


def test_invite_mails_a_link_and_says_who_is_there_already(
    browser: Open, session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    admin = browser(cast.admin)
    form = {"email": "ny@example.com", "name": "Nina Ny", "role": "member", "firm": "Byrån AB",
            "may_manage_members": "y"}  # fmt: skip
    assert "Byrån AB" in admin.get("/anvandare/bjud-in", 200).text
    admin.post("/anvandare/bjud-in", form, 303)
    send()
    assert "/losenord/" in text_of(mail_server.letters[0])
    made = session.scalars(select(User).where(User.email == "ny@example.com")).one()
    assert (made.firm_id, made.may_manage_members) == (cast.firm.id, True)
    for change, words in (
        ({"email": cast.owner.email}, "har redan ett konto"),
        ({"firm": ""}, "Skriv byråns namn."),
        ({"firm": "Ingen AB"}, "Det finns ingen byrå"),
        ({"name": "Gå till evil.app/x"}, "webb- och mejladresser"),
    ):
        assert words in admin.post("/anvandare/bjud-in", {**form, **change}, 200).words
    support = {"email": "siw@example.com", "name": "Siw S", "role": "support", "firm": "Byrån AB"}
    admin.post("/anvandare/bjud-in", support, 303)


def test_a_member_invites_members_of_her_firm_whatever_she_sends(
    browser: Open, session: Session, cast: Cast, manager: User
) -> None:
    opened = browser(manager)
    page = opened.get("/anvandare/bjud-in", 200)
    assert "Administratör" not in page.words
    form = {"email": "ny@example.com", "name": "Nina Ny", "role": "admin", "firm": "Andra Byrån AB",
            "may_manage_members": "y"}  # fmt: skip
    opened.post("/anvandare/bjud-in", form, 303)
    made = session.scalars(select(User).where(User.email == "ny@example.com")).one()
    assert (made.role, made.firm_id, made.may_manage_members) == (Role.MEMBER, cast.firm.id, False)
    taken = {"email": cast.stranger.email, "name": "Stina"}
    assert "har redan ett konto" in opened.post("/anvandare/bjud-in", taken, 200).words


def test_a_member_reaches_nobody_outside_her_firm(
    browser: Open, session: Session, cast: Cast, manager: User
) -> None:
    opened = browser(manager)
    for other in (cast.stranger, cast.support, cast.admin):
        for act in ("", "/inaktivera"):
            opened.get(at(other, act), 404)
            opened.post(at(other, act), {"name": "Nytt Namn", "heir": ""}, 404)
        for act in ("/aktivera", "/nytt-losenord", "/avsluta-sessioner"):
            opened.post(at(other, act), status=404)
    sent = {"name": "Karin Nyask", "role": "admin", "firm": "", "may_manage_members": "y"}
    opened.post(at(cast.colleague), sent, 303)
    user = session.get_one(User, cast.colleague.id, populate_existing=True)
    assert (user.name, user.role, user.may_manage_members) == ("Karin Nyask", Role.MEMBER, False)


def test_person_changes_role_firm_and_mark_and_tells_of_keys(
    browser: Open, session: Session, cast: Cast
) -> None:
    api_keys.create(session, cast.firm, "Senseworks Analys", cast.colleague)
    admin = browser(cast.admin)
    page = admin.get(at(cast.colleague), 200)
    assert "Senseworks Analys, Byrån AB" in page.words
    form = {"name": "Karin Ask", "role": "member", "firm": "Byrån AB", "may_manage_members": "y"}
    admin.post(at(cast.colleague), form, 303)
    admin.post(at(cast.colleague), {**form, "role": "support"}, 303)
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == AuditAction.ACCOUNT_CHANGED)
        .order_by(AuditEntry.id)
    ).all()
    assert [entry.after for entry in entries] == [
        {"may_manage_members": True},
        {"role": "support", "firm": None, "may_manage_members": False},
    ]
    assert {entry.user_id for entry in entries} == {cast.admin.id}
    assert "Skriv personens namn" in admin.post(at(cast.colleague), {**form, "name": ""}, 200).words


def test_nobody_changes_her_own_role_or_closes_her_own_account(
    browser: Open, session: Session, cast: Cast
) -> None:
    admin = browser(cast.admin)
    assert "ditt eget konto" in admin.get(at(cast.admin), 200).words
    admin.post(at(cast.admin), {"name": "Adam Al", "role": "support"}, 303)
    refused = admin.post(at(cast.admin, "/inaktivera"), {"heir": ""}, 200)
    assert "inte inaktivera ditt eget konto" in refused.words
    user = session.get_one(User, cast.admin.id, populate_existing=True)
    assert (user.role, user.active) == (Role.ADMIN, True)


def test_deactivate_hands_the_companies_to_a_colleague(
    browser: Open, session: Session, cast: Cast
) -> None:
    lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    admin = browser(cast.admin)
    page = admin.get(at(cast.owner, "/inaktivera"), 200)
    assert cast.company.name in page.words
    assert "Karin Ask" in page.words
    assert "Stina Alm" not in page.words
    wrong = {"heir": cast.stranger.public_id}
    admin.post(at(cast.owner, "/inaktivera"), wrong, 200)
    admin.post(at(cast.owner, "/inaktivera"), {"heir": cast.colleague.public_id}, 303)
    assert session.scalars(select(Invitation.created_by_id)).one() == cast.colleague.id
    assert "Inaktiverat" in admin.get(at(cast.owner), 200).words


def test_mail_link_and_sign_out_of_another_person(
    browser: Open, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    owner, admin = browser(cast.owner), browser(cast.admin)
    admin.get(at(cast.owner), 200)
    admin.post(at(cast.owner, "/avsluta-sessioner"), status=303)
    assert owner.get("/foretag").status == 303
    admin.post(at(cast.owner, "/nytt-losenord"), status=303)
    send()
    assert "Adam Al vill att du väljer" in text_of(mail_server.letters[0])
    admin.post("/anvandare/okand/aktivera", status=404)


def test_without_a_mail_server_nobody_is_invited(
    make_app: Callable[..., Flask], cast: Cast
) -> None:
    admin = Browser.open(make_app(), cast.admin)
    assert "flask user create" in admin.get("/anvandare", 200).words
    admin.get("/anvandare/bjud-in", 404)
