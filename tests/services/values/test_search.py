"""A search is what was meant by what was written, and its signs mean nothing to the database."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Company
from wizard.services.values.search import clean_search, matches


def found(session: Session, search: str) -> list[str]:
    return list(session.scalars(select(Company.name).where(matches(search))))


@pytest.mark.parametrize(
    "search",
    [
        "Äng",
        "ÄNGSBAGERIET ab",
        "5591234561",
        "559123-4561",
        "16559123-4561",
        "5591",
        "55 91 23",
        "SE559123456101",
        "559123–4561\u200b",
        "\u200e559123-4561",
        "Ängs",
        "Ängs\u00adbageriet\u2028AB",
    ],
)
def test_a_company_is_found_by_the_beginning_of_its_name_or_number(
    session: Session, cast: Cast, search: str
) -> None:
    assert found(session, clean_search(search)) == [cast.company.name]


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    "search", ["bageri", "%", "_ngs", "\\", "'", "5591234562", "7", "123456789012345"]
)
def test_what_fits_no_company_finds_none(session: Session, search: str) -> None:
    assert found(session, search) == []


def test_a_search_is_one_line_that_can_be_shown_again() -> None:
    assert clean_search("  Ängs\n\tbageriet\0 ") == "Ängs bageriet"
    assert len(clean_search("å " * 500)) <= 100
    assert clean_search("") == ""
