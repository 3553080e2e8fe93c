"""One act for many companies on the pages: previewed, begun, followed, fetched; without script."""

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support import bad_night, broken, bulk
from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.mail_server import MailServer
from wizard.models import (
    AuditAction,
    AuditEntry,
    BulkAct,
    BulkAction,
    BulkFate,
    BulkRow,
    BulkStatus,
    Company,
    Connection,
    ConnectionStatus,
    Invitation,
    InvitationStatus,
    Letter,
    LetterKind,
    Role,
    User,
)
from wizard.services.bulk import previewing
from wizard.services.desk import keeping

Open = Callable[..., Browser]
AT = "/foretag/flera"


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


def sent(browser: Browser, at: str = "/foretag", **filled: object) -> Page:
    """What follows on the form beneath a list, filled in so."""
    page = browser.get(at, 200)
    assert page.tree is not None
    (form,) = (one for one in page.tree.iter("form") if one.get("action") == AT)
    hidden: dict[str, object] = {
        one.get("name", ""): one.get("value")
        for one in form.iter("input")
        if one.get("type") == "hidden"
    }
    return browser.follow(browser.post(AT, {**hidden, "which": "ticked", **filled}, 303))


def text_of(page: Page) -> str:
    return " ".join(page.words.split())


def newest(session: Session) -> BulkAction:
    session.expire_all()
    return session.scalars(select(BulkAction).order_by(BulkAction.id.desc())).first()  # type: ignore[return-value]


def test_all_in_a_filtered_list_are_previewed_with_numbers_begun_followed_and_fetched(
    app: Flask, browser: Open, session: Session, cast: Cast
) -> None:
    for n in range(3):
        bulk.broken_one(session, cast.firm, cast.owner, n)
    unnamed = broken.connect(session, cast.firm, cast.owner, 8, approver_email=None)
    broken.need_renewal(session, unnamed)
    unnamed.company.name = "=1+2 AB"
    session.commit()
    keeping.sort_due(session)
    session.commit()
    olga = browser(cast.owner)
    page = sent(olga, "/foretag?reason=to_be_renewed", which="all", act="renew")
    said = text_of(page)
    assert "Hela urvalet: 4 företag" in said
    assert "3 företag blir ombedda med mejl att förnya." in said
    assert "En person får ett mejl om alla sina företag: 1 mejl går." in said
    assert "1 företag lämnas utanför: 1: ingen mejladress är känd" in said
    found = newest(session)
    at = f"{AT}/{found.public_id}"
    assert found.asked == {"list": "company.index", "reason": "to_be_renewed", "which": "all"}
    only = olga.get(f"{at}?ode=will_not&varfor=no_address", 200)
    assert "=1+2 AB" in only.words
    assert "Bolag 001 AB" not in only.words
    page = olga.follow(olga.post(f"{at}/borja", {}, 303))
    assert "Pågår" in page.words
    assert "0 av 3" in text_of(page)
    bulk.turns(app, found, 2)
    page = olga.get(at, 200)
    assert "3 av 3" in text_of(page)
    assert "Klar" in page.words
    assert at in olga.get(AT, 200).text
    rows = list(csv.reader(io.StringIO(olga.get(f"{at}/csv", 200).text[1:]), delimiter=";"))
    assert len(rows) == 5
    by_name = {row[0]: row for row in rows[1:]}
    assert by_name["'=1+2 AB"][5:7] == [
        "utanför",
        "ingen mejladress är känd: skriv den på företagets sida",
    ]
    assert by_name["Bolag 001 AB"][5:8] == ["gjort", "", "frida@example.com"]
    assert by_name["Bolag 001 AB"][9].startswith("http://localhost/foretag/")
    exported = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORTED)
    ).one()
    assert (exported.object_id, exported.after) == (found.public_id, {"done": "bulk_renew"})


def test_those_that_are_ticked_and_nothing_else(
    app: Flask, browser: Open, session: Session, cast: Cast
) -> None:
    chosen, other = (bulk.company(session, cast.firm, n) for n in range(2))
    olga = browser(cast.owner)
    page = sent(olga, ids=chosen.public_id, act="responsible", to=cast.colleague.public_id)
    assert "1 ikryssat företag" in text_of(page)
    assert "Karin Ask blir ansvarig för 1 företag." in text_of(page)
    found = newest(session)
    olga.post(f"{AT}/{found.public_id}/borja", {}, 303)
    bulk.turns(app, found)
    session.expire_all()
    assert [chosen.responsible_id, other.responsible_id] == [cast.colleague.id, None]
    page = sent(olga, ids=chosen.public_id, act="responsible", to="nobody")
    assert "1 företag blir utan ansvarig." in text_of(page)


@pytest.mark.parametrize(
    ("filled", "sentence"),
    [
        ({"act": "check"}, "Kryssa för de företag du menar, eller välj alla."),
        ({"which": "all"}, "Välj vad som ska göras."),
        ({"which": "all", "act": "nonsense"}, "Välj vad som ska göras."),
        ({"which": "all", "act": "responsible"}, "Välj vem som ska vara ansvarig."),
        ({"which": "all", "act": "responsible", "to": "okand"}, "Välj vem som ska vara ansvarig."),
    ],
)
def test_what_is_missing_is_said_and_the_list_is_as_it_was(
    browser: Open, cast: Cast, session: Session, filled: dict[str, str], sentence: str
) -> None:
    page = sent(browser(cast.owner), "/foretag?sort=newest", **filled)
    assert sentence in page.words
    assert session.scalar(select(BulkAction.id)) is None


def test_too_many_are_told_so(
    browser: Open, cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "MOST", 1)
    bulk.company(session, cast.firm, 1)
    page = sent(browser(cast.owner), which="all", act="check")
    assert "Det är fler än 5 000 företag" in page.words


def test_disconnecting_needs_a_tick_and_an_admin_does_it_from_her_list(
    app: Flask, browser: Open, session: Session, cast: Cast
) -> None:
    made = broken.connect(session, cast.firm, cast.owner, 1)
    keeping.sort_due(session)
    session.commit()
    adam = browser(cast.admin)
    page = sent(adam, "/admin/kopplingar", which="all", act="disconnect")
    assert "1 koppling avslutas." in text_of(page)
    found = newest(session)
    at = f"{AT}/{found.public_id}"
    page = adam.follow(adam.post(f"{at}/borja", {}, 303))
    assert "Kryssa för att du menar att koppla från dem." in page.words
    assert newest(session).status is BulkStatus.PREVIEWED
    adam.post(f"{at}/borja", {"sure": "y"}, 303)
    bulk.turns(app, found, 2)
    session.expire_all()
    assert session.get_one(Connection, made.id).status is ConnectionStatus.DISCONNECTED


def test_each_is_offered_what_she_may_do_alone(browser: Open, session: Session, cast: Cast) -> None:
    offered = {"member": [*map(str, BulkAct)], "support": ["check", "mail_link"]}
    offered["admin"] = ["check", "mail_link", "disconnect"]
    for user in (cast.owner, cast.support, cast.admin):
        page = browser(user).get("/foretag", 200)
        assert page.tree is not None
        (choice,) = (one for one in page.tree.iter("select") if one.get("name") == "act")
        values = [one.get("value") for one in choice.iter("option")]
        assert values == ["", *offered[user.role]]
    filled = {"which": "all", "act": "withdraw"}
    assert browser(cast.support).post(AT, filled).status == 403
    assert browser(cast.admin).post(AT, filled).status == 403
    assert session.scalar(select(BulkAction.id)) is None


def test_other_firms_companies_are_not_touched_and_others_actions_not_found(
    browser: Open, session: Session, cast: Cast
) -> None:
    page = sent(browser(cast.owner), ids=cast.other_company.public_id, act="check")
    assert "Kryssa för de företag du menar" in page.words
    company = bulk.company(session, cast.firm, 1)
    sent(browser(cast.owner), ids=company.public_id, act="responsible", to=cast.owner.public_id)
    at = f"{AT}/{newest(session).public_id}"
    assert browser(cast.colleague).get(at, 200)
    for user in (cast.stranger, cast.support, cast.admin):
        stranger = browser(user)
        assert stranger.get(at).status == 404
        assert stranger.get(f"{at}/csv").status == 404
        for word in ("borja", "stoppa"):
            assert stranger.post(f"{at}/{word}", {}).status == 404
    karin = browser(cast.colleague)
    page = karin.follow(karin.post(f"{at}/borja", {}, 303))
    assert "Det går inte längre att börja." in page.words
    assert newest(session).status is BulkStatus.PREVIEWED


def test_the_rest_can_be_stopped(browser: Open, session: Session, cast: Cast) -> None:
    company = bulk.company(session, cast.firm, 1)
    olga = browser(cast.owner)
    sent(olga, ids=company.public_id, act="responsible", to=cast.owner.public_id)
    at = f"{AT}/{newest(session).public_id}"
    olga.post(f"{at}/borja", {}, 303)
    page = olga.follow(olga.post(f"{at}/stoppa", {}, 303))
    assert "Stoppat" in page.words
    assert "1: det stoppades" in text_of(page)


def test_a_removed_company_is_said_to_be_so(browser: Open, session: Session, cast: Cast) -> None:
    company = bulk.company(session, cast.firm, 1)
    olga = browser(cast.owner)
    sent(olga, ids=company.public_id, act="responsible", to=cast.owner.public_id)
    at = f"{AT}/{newest(session).public_id}"
    session.delete(session.get_one(Company, company.id))
    session.commit()
    assert "Borttaget" in olga.get(at, 200).words
    assert "Borttaget" in olga.get(f"{at}/csv", 200).text


def carried_out(app: Flask, session: Session, browser: Browser) -> int:
    """Begin what was previewed last, and follow it to its end; for how many it was done."""
    found = newest(session)
    to_do = BulkRow.bulk_id == found.id, BulkRow.fate == BulkFate.WILL
    number = session.scalar(select(func.count()).where(*to_do)) or 0
    browser.post(f"{AT}/{found.public_id}/borja", {}, 303)
    bulk.turns(app, found, 2)
    assert newest(session).status is BulkStatus.DONE
    assert session.scalar(select(func.count()).where(*to_do)) == 0
    return number


def the_rest_is_dealt_with(app: Flask, session: Session, of_firm: list[Browser]) -> None:
    """Members find no address to mail, remind in one press, and withdraw."""
    bounced, waits = "/foretag?reason=bounced", "/foretag?move=approver"
    nord = next(one for one in of_firm if "Bolag" in one.get(bounced, 200).words)
    page = sent(nord, bounced, which="all", act="mail_link")
    assert "10: ingen mejladress är känd: skriv den på företagets sida" in text_of(page)
    waiting = [one for one in of_firm if "Bolag" in one.get(waits, 200).words]
    first, last = waiting[0], waiting[-1]
    page = sent(first, waits, which="all", act="remind")
    assert f"{carried_out(app, session, first)} påminnelser skickas nu" in text_of(page)
    sent(last, waits, which="all", act="withdraw")
    withdrawn = select(func.count()).where(Invitation.status == InvitationStatus.WITHDRAWN)
    number = carried_out(app, session, last)
    assert number == session.scalar(withdrawn)
    assert number > 9
    assert "Inget företag passar" in last.get(waits, 200).words


def test_the_morning_after_is_dealt_with_in_two_presses_for_each_cause(
    app: Flask, browser: Open, session: Session
) -> None:
    admin = bad_night.bad_night(session)
    keeping.sort_due(session)
    session.commit()
    ours = select(func.count()).where(Connection.status == ConnectionStatus.OUR_FAULT)
    presses, asked = 0, 0
    look = text_of(browser(admin).get("/admin", 200))
    for said in (
        "Ett fel hos oss hindrar 20 företag",
        "Vi 20 ",
        "Byrån 110 ",
        "Ska förnyas, och ingen är tillfrågad 100",
        "Mejlet gick inte fram 10",
        "Godkännaren 50 ",
        "Har inte börjat 40",
        "Håller på 10",
        "Visma 0 ",
    ):
        assert said in look
    members = session.scalars(select(User).where(User.role == Role.MEMBER)).all()
    for her in members:
        browser_of_her = browser(her)
        at = "/foretag?reason=to_be_renewed"
        if "Inget företag passar" in browser_of_her.get(at, 200).words:
            continue
        page = sent(browser_of_her, at, which="all", act="renew")
        will = carried_out(app, session, browser_of_her)
        assert f"{will} företag blir ombedda med mejl att förnya." in text_of(page)
        presses, asked = presses + 2, asked + will
    invited = select(func.count()).where(Letter.kind == LetterKind.INVITATION)
    assert session.scalar(invited) == asked == 100
    assert presses <= 2 * len(members)
    adam = browser(admin)
    page = sent(adam, "/admin/kopplingar?status=our_fault", which="all", act="check")
    number = session.scalar(ours) or 0
    assert number == 20
    assert f"{number} kopplingar läses." in text_of(page)
    the_rest_is_dealt_with(app, session, [browser(her) for her in members])
