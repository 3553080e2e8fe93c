"""The list of all connections: for support and admin alone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.connections import make_connection
from tests.support.grants import give_sealed
from tests.support.transactions import Statements
from wizard.models import (
    Actor,
    Company,
    Connection,
    ConnectionStatus,
    EventKind,
    Firm,
    Invitation,
    KeyPurpose,
    now,
)
from wizard.services import pages
from wizard.services.history import record
from wizard.services.invitations import lifecycle

Open = Callable[..., Browser]


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """A connection that needs to be renewed."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    return make_connection(
        session,
        link,
        status=ConnectionStatus.RENEWAL_NEEDED,
        cause="permission_missing",
        provider_code="4007",
        provider_error_id="0f1e2d3c",
    )


def test_connections_show_company_status_approver_and_cause(
    browser: Open, cast: Cast, connection: Connection
) -> None:
    for user in (cast.support, cast.admin):
        page = browser(user).get("/admin/kopplingar", 200)
        for fact in ("Ängsbageriet AB", "559123-4561", "Byrån AB", "Behöver förnyas", "Frida Fors"):
            assert fact in page.words
        assert f"/admin/kopplingar/{connection.public_id}" in page.links


@pytest.mark.usefixtures("connection")
def test_connections_are_not_for_members_and_strangers(browser: Open, cast: Cast) -> None:
    browser(cast.owner).get("/admin/kopplingar", 403)
    assert browser().get("/admin/kopplingar", 303).location == "/logga-in?next=/admin/kopplingar"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=renewal_needed", True),
        ("status=active", False),
        ("status=nonsense", True),
        ("search=ängs", True),
        ("search=5591", True),
        ("search=zebra", False),
        ("status=renewal_needed&search=ängs", True),
    ],
)
@pytest.mark.usefixtures("connection")
def test_connections_are_narrowed_by_status_and_search(
    browser: Open, cast: Cast, query: str, found: bool
) -> None:
    page = browser(cast.admin).get(f"/admin/kopplingar?{query}", 200)
    assert ("Ängsbageriet AB" in page.words) is found


def test_connections_go_on_from_page_to_page_within_five_statements(
    browser: Open,
    cast: Cast,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    statements: Callable[[], Statements],
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    for number in range(5):
        company = Company(
            firm_id=cast.firm.id, name=f"Bolag {number}", organisation_number=f"556000000{number}"
        )
        session.add(company)
        link = lifecycle.activate(session, company, "visma", cast.owner, KeyPurpose.COPIED)
        make_connection(session, link)
    admin, path, shown = browser(cast.admin), "/admin/kopplingar", 0
    while path:
        with statements() as sent:
            page = admin.get(path, 200)
        assert len(sent) <= 5  # one of them counts
        shown += len([link for link in page.links if re.match("/admin/kopplingar/(?!csv)", link)])
        path = next((link for link in page.links if "after=" in link), "")
    assert shown == 5


def test_connection_shows_facts_and_history_without_the_wrong_companys_name(
    browser: Open,
    cast: Cast,
    session: Session,
    connection: Connection,
    statements: Callable[[], Statements],
) -> None:
    record(
        session,
        EventKind.ATTEMPT_FAILED,
        session.get(Invitation, connection.invitation_id),
        actor=Actor.APPROVER,
        cause="wrong_company",
    )
    session.commit()
    with statements() as sent:
        page = browser(cast.support).get(f"/admin/kopplingar/{connection.public_id}", 200)
    assert len(sent) <= 6  # one asks whether the audit trail tells it already, one tells it
    assert "Ett annat företag valdes" in page.words
    assert page.value("error-id") == "0f1e2d3c"
    assert "4007" in page.words


def test_connection_unknown_is_not_there_and_members_may_not_ask(
    browser: Open, cast: Cast, connection: Connection
) -> None:
    browser(cast.admin).get("/admin/kopplingar/finnsinte", 404)
    browser(cast.admin).get("/admin/kopplingar/%00", 404)
    browser(cast.owner).get(f"/admin/kopplingar/{connection.public_id}", 403)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(status=st.text(), search=st.text(), after=st.text())
def test_connections_stand_any_query(
    browser: Open, cast: Cast, status: str, search: str, after: str
) -> None:
    texts = {"status": status, "search": search, "after": after}
    query = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    page = browser(cast.admin).get("/admin/kopplingar", query_string=query)
    assert page.status == 200


CONTACT = {
    "contact_name": "Maja Malm",
    "contact_phone": "+46 8-765 43 21",
    "contact_email": "Maja@example.com",
}


def test_firms_are_listed_for_the_admin_alone(browser: Open, cast: Cast) -> None:
    page = browser(cast.admin).get("/admin/byraer", 200)
    for said in ("Byrån AB", "Andra Byrån AB", "Britta Berg", "08-123 45 67"):
        assert said in page.words
    for path in ("/admin/byraer", f"/admin/byraer/{cast.firm.id}"):
        for user in (cast.owner, cast.support):
            browser(user).get(path, 403)
        assert browser().get(path, 303).location.startswith("/logga-in")


def test_firms_go_on_from_page_to_page(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 1)
    first = browser(cast.admin).get("/admin/byraer", 200)
    second = next(link for link in first.links if "after=" in link)
    assert "Byrån AB" in browser(cast.admin).get(second, 200).words


def test_firm_names_the_person_on_every_page_its_clients_see(
    browser: Open, cast: Cast, session: Session
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    path = f"/admin/byraer/{cast.firm.id}"
    admin, approver = browser(cast.admin), browser()
    assert admin.get(path, 200).value("contact_name") == "Britta Berg"
    assert admin.post(path, CONTACT, 303).location == "/admin/byraer"
    assert "Maja Malm" in admin.get("/admin/byraer", 200).words
    at = approver.get(f"/k/{link.secret}", 303).goes_to
    words = approver.get(f"{at}valkommen", 200).words
    for said in ("Maja Malm", "+46 8-765 43 21", "maja@example.com"):
        assert said in words


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("contact_name", ""),
        ("contact_name", "x" * 201),
        ("contact_phone", "ring mig"),
        ("contact_phone", "1234"),
        ("contact_phone", "08-1234567890123456"),
        ("contact_email", "maja"),
        ("contact_email", "maja@"),
    ],
)
def test_firm_refuses_a_person_who_cannot_be_reached(
    browser: Open, cast: Cast, session: Session, field: str, text: str
) -> None:
    page = browser(cast.admin).post(f"/admin/byraer/{cast.firm.id}", {**CONTACT, field: text}, 200)
    assert page.tree is not None
    assert (page.tree.findtext("head/title") or "").strip().startswith("Fel:")
    session.expire_all()
    assert cast.firm.contact_name == "Britta Berg"


WARNED = {
    "warned_name": "Vera Vakt",
    "warned_email": "Vera@example.com",
    "deputy_name": "Sten Stand",
    "deputy_email": "sten@example.com",
}


def test_firm_names_who_is_told_when_a_connection_breaks(
    browser: Open, cast: Cast, session: Session
) -> None:
    admin, path = browser(cast.admin), f"/admin/byraer/{cast.firm.id}"
    admin.post(path, {**CONTACT, **WARNED}, 303)
    page = admin.get(path, 200)
    assert page.value("warned_email") == "vera@example.com"
    assert page.value("deputy_name") == "Sten Stand"
    admin.post(path, {**CONTACT, **dict.fromkeys(WARNED, "")}, 303)
    session.expire_all()
    assert session.get_one(Firm, cast.firm.id).warned_email is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"warned_email": "vera"},
        {"warned_email": ""},
        {"warned_name": ""},
        {"deputy_email": "sten@"},
        {"deputy_name": "x" * 201},
        {"deputy_email": "VERA@example.com"},
    ],
)
def test_firm_refuses_people_who_cannot_be_told(
    browser: Open, cast: Cast, session: Session, wrong: dict[str, str]
) -> None:
    browser(cast.admin).post(f"/admin/byraer/{cast.firm.id}", {**CONTACT, **WARNED, **wrong}, 200)
    session.expire_all()
    assert session.get_one(Firm, cast.firm.id).warned_email is None


def test_connections_say_plainly_whether_the_background_service_answers(
    browser: Open, cast: Cast, session: Session
) -> None:
    admin = browser(cast.admin)
    for path in ("/admin/kopplingar", "/admin/bakgrund"):
        assert "Ingen bakgrundstjänst är igång." in admin.get(path, 200).words
    session.execute(text("insert into procrastinate.procrastinate_workers default values"))
    session.commit()
    for path in ("/admin/kopplingar", "/admin/bakgrund"):
        words = admin.get(path, 200).words
        assert re.search(r"Bakgrundstjänsten svarade för \d s sedan\.", words)
        assert "Ingen bakgrundstjänst" not in words


def test_background_shows_what_waits_to_support_and_admin_alone(
    browser: Open, cast: Cast, session: Session
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    due = now() - timedelta(minutes=20)
    give_sealed(session, make_connection(session, link, next_check_at=due))
    page = browser(cast.support).get("/admin/bakgrund", 200)
    assert "Kontroll av en koppling" in page.words
    assert "20 min För länge" in page.words
    browser(cast.owner).get("/admin/bakgrund", 403)


def test_firm_unknown_is_not_there(browser: Open, cast: Cast) -> None:
    for unknown in ("999999", "9" * 30, "x"):
        browser(cast.admin).get(f"/admin/byraer/{unknown}", 404)
