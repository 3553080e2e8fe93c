"""A search finds no more than is counted, and filters narrow what it finds, not what it looked through."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Company, CompanyWord
from wizard.services.companies.list_filters import Filters, conditions
from wizard.services.companies.list_search import found_by


def add(session: Session, cast: Cast, name: str, number: int, **given: object) -> Company:
    company = Company(
        firm_id=cast.firm.id, name=name, organisation_number=f"556{number:07}", **given
    )
    session.add(company)
    session.commit()
    return company


def test_filters_narrow_before_the_search_is_cut(session: Session, cast: Cast) -> None:
    for number in range(5):
        add(session, cast, f"Bolag {number}", number)
    last = add(session, cast, "Bolag Z", 9, responsible_id=cast.owner.id)
    hers = conditions(Filters(responsible_id=cast.owner.id))
    assert session.scalars(
        found_by(session, "bolag", cast.firm.id, hers, 2, of_companies=True)
    ).all() == [last.id]
    assert len(session.scalars(found_by(session, "bolag", cast.firm.id, [], 2)).all()) == 2


def test_a_company_with_two_such_words_counts_once(session: Session, cast: Cast) -> None:
    for number in range(3):
        add(session, cast, f"Bolag Bo {number}", number)
    assert len(session.scalars(found_by(session, "bo", cast.firm.id, [], 3)).all()) == 3


def test_words_follow_a_changed_name(session: Session, cast: Cast) -> None:
    cast.company.name = "Norra Bagarn, Bagarn HB"
    session.commit()
    found = select(CompanyWord.word).where(CompanyWord.company_id == cast.company.id)
    assert sorted(session.scalars(found)) == ["bagarn", "hb", "norra"]
