"""The list of companies: found by any word, narrowed by each filter, sorted, and walked both ways."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.transactions import Statements
from wizard.models import Company, Connection, KeyPurpose, MoveReason, Standing, User, Whose, now
from wizard.services import pages
from wizard.services.companies import company_list
from wizard.services.companies.company_list import Order, Wanted
from wizard.services.companies.list_filters import Filters
from wizard.services.invitations import lifecycle
from wizard.services.values.search import clean_search


def names(session: Session, user: User, search: str = "", **filters: object) -> list[str]:
    wanted = Wanted(Filters(**filters), clean_search(search))  # type: ignore[arg-type]
    found = [line.name for line in company_list.page(session, user, wanted).lines]
    assert company_list.count(session, user, wanted) == len(found)
    return found


def add_many(session: Session, cast: Cast, number: int) -> None:
    session.add_all(
        Company(firm_id=cast.firm.id, name=f"Bolag {n:04} AB", organisation_number=f"556{n:07}")
        for n in range(number)
    )
    session.commit()


def connected(session: Session, cast: Cast, company: Company | None = None) -> Connection:
    link = lifecycle.activate(
        session, company or cast.company, "visma", cast.owner, KeyPurpose.COPIED
    )
    return make_connection(session, link)


def test_a_member_sees_her_firms_companies_and_support_all(session: Session, cast: Cast) -> None:
    for user in (cast.owner, cast.colleague):
        assert names(session, user) == ["Ängsbageriet AB"]
    assert names(session, cast.stranger) == ["Främmande AB"]
    for user in (cast.support, cast.admin):
        assert names(session, user) == ["Främmande AB", "Ängsbageriet AB"]


def test_a_list_is_in_swedish_order(session: Session, cast: Cast) -> None:
    for number, name in enumerate(["Örn", "Zebra", "ål", "Ärla"]):
        session.add(
            Company(firm_id=cast.firm.id, name=name, organisation_number=f"556000000{number}")
        )
    session.commit()
    assert names(session, cast.owner) == ["Zebra", "ål", "Ängsbageriet AB", "Ärla", "Örn"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("äng", True),
        ("NORR", True),
        ("västra bag", True),
        ("bageriet norr", True),
        ("h&m", True),
        ("ageriet", False),
        ("äng zebra", False),
        ("559123-45", True),
        ("16559123-4561", True),
        ("org.nr 559123 4561", True),
        ("5599", False),
        ("K-10", True),
        ("100%", False),
        ("%", False),
        ("frida@example.com", True),
        ("FRIDA@example.com", True),
        ("olga@example.com", True),
        ("frida@example.co", False),
    ],
)
def test_a_search_finds_any_word_number_reference_and_address(
    session: Session, cast: Cast, search: str, found: bool
) -> None:
    cast.company.name = "Ängs & Västra Bageriet (Norrköping) H&M"
    cast.company.own_reference = "K-1042"
    connected(session, cast)
    for user in (cast.owner, cast.admin):
        assert names(session, user, search) == ([cast.company.name] if found else []), user.role


def test_a_code_finds_its_company_for_who_may_see_it(session: Session, cast: Cast) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    assert names(session, cast.owner, link.invitation.code) == ["Ängsbageriet AB"]
    assert names(session, cast.stranger, link.invitation.code) == []


def test_each_filter_finds_what_it_says(session: Session, cast: Cast) -> None:
    other = Company(firm_id=cast.firm.id, name="Bolag AB", organisation_number="5560000001")
    session.add(other)
    session.commit()
    connection = connected(session, cast)
    connection.approver_is_consultant = True
    connection.last_read_at = now() - timedelta(days=4)
    cast.company.responsible_id = cast.owner.id
    session.commit()
    broken.need_renewal(session, connection)
    cause = session.scalars(
        select(Standing.last_cause).where(Standing.company_id == cast.company.id)
    ).one()
    mine, rest = ["Ängsbageriet AB"], ["Bolag AB"]
    for filters, found in (
        ({"whose": Whose.FIRM}, rest + mine),
        ({"reason": MoveReason.TO_BE_RENEWED}, mine),
        ({"reason": MoveReason.NOT_INVITED}, rest),
        ({"status": connection.status}, mine),
        ({"cause": cause}, mine if cause else rest + mine),
        ({"firm_id": cast.firm.id}, rest + mine),
        ({"firm_id": cast.other_firm.id}, []),
        ({"responsible_id": cast.owner.id}, mine),
        ({"nobodys": True}, rest),
        ({"unread": 3}, mine),
        ({"unread": 7}, []),
        ({"lasted": 1}, []),
        ({"approver": "FRIDA@example.com"}, mine),
        ({"approver": "eva@example.com"}, []),
        ({"consultant": True}, mine),
        ({"renewal_begun": True}, []),
        ({"connected": True}, mine),
        ({"archived": True}, []),
    ):
        assert names(session, cast.owner, **filters) == found, filters
    lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    assert names(session, cast.owner, renewal_begun=True) == mine
    other.archived_at = now()
    session.commit()
    assert names(session, cast.owner, archived=True) == rest
    assert names(session, cast.owner) == mine


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("search", ["", "bolag"])
def test_pages_are_walked_to_the_end_and_back(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, order: Order, search: str
) -> None:
    monkeypatch.setattr(pages, "PAGE", 3)
    add_many(session, cast, 8)
    for company in session.scalars(select(Company).where(Company.name.startswith("Bolag"))).all():
        connected(session, cast, company)
    wanted = Wanted(search=search, order=order)
    forth = [company_list.page(session, cast.owner, wanted)]
    while forth[-1].next:
        forth.append(company_list.page(session, cast.owner, wanted, after=forth[-1].next))
    walked = [line.public_id for page in forth for line in page.lines]
    assert len(walked) == len(set(walked)) == company_list.count(session, cast.owner, wanted) >= 8
    assert forth[0].previous is None
    for earlier, later in zip(forth[-2::-1], forth[:0:-1], strict=True):
        assert later.previous
        back = company_list.page(session, cast.owner, wanted, before=later.previous)
        assert back.lines == earlier.lines
        assert back.next == earlier.next


def test_the_longest_and_the_newest_are_each_others_opposites(session: Session, cast: Cast) -> None:
    add_many(session, cast, 5)
    longest, newest = (
        [line.since for line in company_list.page(session, cast.owner, Wanted(order=order)).lines]
        for order in (Order.LONGEST, Order.NEWEST)
    )
    assert longest == sorted(longest) == newest[::-1]


def test_counting_stops_where_the_number_is_worth_nothing(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_many(session, cast, 5)
    monkeypatch.setattr(company_list, "MOST_COUNTED", 3)
    assert company_list.count(session, cast.owner, Wanted()) == 4
    counts = company_list.counts(session, cast.owner, Wanted(), [Whose.FIRM, Whose.WE])
    assert counts == {Whose.FIRM: 4, Whose.WE: 0}


def test_everything_comes_some_at_a_time(
    session: Session, cast: Cast, app: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company_list, "BATCH", 2)
    add_many(session, cast, 5)
    sessions = app.extensions["sessions"]  # type: ignore[attr-defined]
    found = list(company_list.everything(sessions, cast.owner, Wanted(), 100))
    assert found == company_list.page(session, cast.owner, Wanted()).lines
    assert len(list(company_list.everything(sessions, cast.owner, Wanted(), 3))) == 3
    assert len(company_list.ids(session, cast.owner, Wanted(), 4)) == 4


def test_another_firms_cursor_tells_nothing(session: Session, cast: Cast) -> None:
    page = company_list.page(session, cast.stranger, Wanted(), after=cast.company.public_id)
    assert (page.lines, page.previous, page.next) == ([], None, None)


def test_a_page_is_one_statement_whatever_its_length(
    session: Session, cast: Cast, statements: Callable[[], Statements]
) -> None:
    add_many(session, cast, 60)
    assert cast.owner.firm_id
    with statements() as sent:
        company_list.page(session, cast.owner, Wanted(search="bolag"))
    assert len(sent) == 1


def test_a_line_tells_what_stage_the_company_is_at(session: Session, cast: Cast) -> None:
    def status() -> str | None:
        return company_list.page(session, cast.owner, Wanted()).lines[0].status

    assert status() is None
    connection = connected(session, cast)
    assert status() == "active"
    broken.need_renewal(session, connection)
    assert status() == "renewal_needed"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    search=st.text(), after=st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"))
)
def test_any_search_and_cursor_give_a_list(
    session: Session, cast: Cast, search: str, after: str
) -> None:
    for user in (cast.owner, cast.admin):
        company_list.page(session, user, Wanted(search=clean_search(search)), after)
