"""Companies: whose they are, how they are found, and that there is one of each."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Company
from wizard.services.companies import company_directory
from wizard.services.companies.company_directory import DuplicateCompanyError

NUMBERS = ["5560125790", "5565595450", "5569813917", "2021005489"]


def test_a_member_sees_her_firms_companies_and_no_others(session: Session, cast: Cast) -> None:
    assert company_directory.find(session, cast.owner, cast.company.public_id) is cast.company
    assert company_directory.find(session, cast.stranger, cast.company.public_id) is None


def test_support_and_admin_see_the_companies_of_all(session: Session, cast: Cast) -> None:
    for user in (cast.support, cast.admin):
        assert company_directory.find(session, user, cast.company.public_id) is cast.company


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
