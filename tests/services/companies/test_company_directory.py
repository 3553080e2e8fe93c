"""Companies: whose they are, how they are found, and that there is one of each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.transactions import Statements
from wizard.models import Company, ConnectionStatus, Firm, KeyPurpose, User, now
from wizard.services.companies import company_directory
from wizard.services.companies.company_directory import DuplicateCompanyError
from wizard.services.invitations import lifecycle
from wizard.services.values.search import clean_search

NUMBERS = ["5560125790", "5565595450", "5569813917", "2021005489"]


def names(session: Session, user: User, search: str = "") -> list[str]:
    return [
        row.name for row in company_directory.list_page(session, user, clean_search(search)).rows
    ]


def add_many(session: Session, firm: Firm, number: int) -> None:
    session.add_all(
        Company(firm_id=firm.id, name=f"Bolag {n:04} AB", organisation_number=f"556{n:07}")
        for n in range(number)
    )
    session.commit()


def test_a_member_sees_her_firms_companies_and_no_others(session: Session, cast: Cast) -> None:
    assert names(session, cast.owner) == names(session, cast.colleague) == [cast.company.name]
    assert names(session, cast.stranger) == [cast.other_company.name]
    assert company_directory.find(session, cast.owner, cast.company.public_id) is cast.company
    assert company_directory.find(session, cast.stranger, cast.company.public_id) is None


def test_support_and_admin_see_the_companies_of_all(session: Session, cast: Cast) -> None:
    for user in (cast.support, cast.admin):
        assert len(names(session, user)) == 2
        assert company_directory.find(session, user, cast.company.public_id) is cast.company


def test_a_list_is_in_swedish_order(session: Session, cast: Cast) -> None:
    for name, number in zip(["Örn", "Zebra", "ål", "Ärla"], NUMBERS, strict=True):
        company_directory.add(session, cast.firm, name, number)
    assert names(session, cast.owner) == ["Zebra", "ål", "Ängsbageriet AB", "Ärla", "Örn"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("äng", True),
        ("BAGERI", True),
        ("  ängsbageriet   ab ", True),
        ("559123-45", True),
        ("16559123-4561", True),
        ("5560", False),
        ("100%", False),
        ("_ngs", False),
        ("angs", False),
    ],
)
def test_a_search_looks_within_names_and_at_the_beginning_of_numbers(
    session: Session, cast: Cast, search: str, found: bool
) -> None:
    assert names(session, cast.owner, search) == ([cast.company.name] if found else [])


def test_a_search_among_all_firms_looks_at_the_beginning_of_names(
    session: Session, cast: Cast
) -> None:
    assert names(session, cast.admin, "ängs") == [cast.company.name]
    assert names(session, cast.admin, "bageri") == []


def test_pages_follow_each_other_without_gap_or_repetition(session: Session, cast: Cast) -> None:
    add_many(session, cast.firm, 120)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = company_directory.list_page(session, cast.owner, after=cursor)
        seen += [row.name for row in page.rows]
        cursor = page.next_cursor
    assert seen == [*(f"Bolag {n:04} AB" for n in range(120)), cast.company.name]


def test_another_firms_cursor_tells_nothing(session: Session, cast: Cast) -> None:
    page = company_directory.list_page(session, cast.stranger, after=cast.company.public_id)
    assert page.rows == []


def test_a_list_is_one_statement_whatever_its_length(
    session: Session, cast: Cast, statements: Callable[[], Statements]
) -> None:
    add_many(session, cast.firm, 60)
    firm_id = cast.owner.firm_id
    assert firm_id
    with statements() as sent:
        company_directory.list_page(session, cast.owner)
    assert len(sent) == 1


def test_a_row_tells_what_stage_the_company_is_at(session: Session, cast: Cast) -> None:
    def row() -> tuple[str | None, bool]:
        found = company_directory.list_page(session, cast.owner).rows[0]
        return found.status_word, found.status_at is not None

    assert row() == (None, False)
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    assert row() == ("created", True)
    with time_machine.travel(now() + timedelta(days=15), tick=False):
        assert row() == ("expired", True)
    connection = make_connection(session, link)
    assert row() == ("active", True)
    connection.status = ConnectionStatus.DISCONNECTED
    session.commit()
    assert row() == ("disconnected", False)


def test_the_same_number_twice_leads_to_the_company_there_is(session: Session, cast: Cast) -> None:
    with pytest.raises(DuplicateCompanyError) as refused:
        company_directory.add(session, cast.firm, "Ett annat namn", "559123-4561")
    assert refused.value.existing.public_id == cast.company.public_id


def test_two_firms_may_have_the_same_client(session: Session, cast: Cast) -> None:
    assert company_directory.add(session, cast.other_firm, "Ängsbageriet AB", "559123-4561")


def test_adding_a_company_many_times_at_once_adds_one(app: Flask, cast: Cast) -> None:
    def add(_: int) -> bool:
        with app.extensions["sessions"]() as session:
            try:
                company_directory.add(session, cast.firm, "Ny AB", NUMBERS[0])
            except DuplicateCompanyError:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(add, range(12))) == 1
    with app.extensions["sessions"]() as session:
        same = Company.organisation_number == NUMBERS[0], Company.firm_id == cast.firm.id
        assert session.scalar(select(func.count()).where(*same)) == 1


def test_a_list_can_be_narrowed_to_what_needs_renewal(session: Session, cast: Cast) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    company_directory.add(session, cast.firm, "Ett annat AB", "5560125790")
    connection = make_connection(session, link)

    def listed() -> list[str]:
        renewal = ConnectionStatus.RENEWAL_NEEDED
        return [
            row.name
            for row in company_directory.list_page(session, cast.owner, status=renewal).rows
        ]

    assert listed() == []
    connection.status = ConnectionStatus.RENEWAL_NEEDED
    session.commit()
    assert listed() == [cast.company.name]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    search=st.text(), after=st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"))
)
def test_any_search_and_cursor_give_a_list(
    session: Session, cast: Cast, search: str, after: str
) -> None:
    for user in (cast.owner, cast.admin):
        company_directory.list_page(session, user, clean_search(search), after)
