"""The rarest word leads, and whoever has several that begin alike is found once."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Company, CompanyWord
from wizard.services.companies.begun_words import rarest_first, with_words

OF = CompanyWord.company_id


@pytest.fixture(autouse=True)
def companies(session: Session, cast: Cast) -> None:
    for number in range(40):
        name = f"Aktiebolaget Akka {number}"
        number_of = f"556{number:07}"
        session.add(Company(firm_id=cast.firm.id, name=name, organisation_number=number_of))
    session.commit()


def found(session: Session, *starts: str) -> list[int]:
    return list(session.scalars(with_words(select(OF), OF, list(starts))))


def test_the_rarest_word_leads(session: Session) -> None:
    session.execute(text("analyze company_words"))
    assert rarest_first(session, OF, ["aktiebolaget", "7"]) == ["7", "aktiebolaget"]
    assert rarest_first(session, OF, ["akt"]) == ["akt"]
    assert rarest_first(session, OF, []) == []


def test_all_words_are_there_and_each_is_found_once(session: Session) -> None:
    assert len(found(session, "ak")) == len(set(found(session, "ak"))) == 40
    assert len(found(session, "ak", "1")) == 11  # 1 and 10 to 19
    assert found(session, "1", "ak") == found(session, "1")
    assert found(session, "akk", "41") == []
