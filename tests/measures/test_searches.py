"""No search reads more rows than it can find, however many companies have the word: what the measures time, held."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.measures.scale_filling import FILL
from tests.support.plans import statements
from wizard.models import Role, User
from wizard.services.companies import company_list, support_search
from wizard.services.companies.company_list import MOST_COUNTED, Wanted

COMPANIES = 5000  # all of them Bolag, AB, and approved for by somebody at example.se
MOST_READ = MOST_COUNTED + 100
SAID = ("person77@example.se", "person77@ex", "nobody@example.se", "example", "bolag", "bolag 77")
SEARCHED = ("bolag", "ab", "bolag 7", "7 bolag ab")


@pytest.fixture
def admin(session: Session) -> User:
    """An admin, where many companies are."""
    session.connection().exec_driver_sql(FILL.format(number=COMPANIES))
    found = User(name="Ada", email="ada@example.org", role=Role.ADMIN, password_hash="x")
    session.add(found)
    session.commit()
    return found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def read(session: Session, ask: Callable[[], object]) -> int:
    """The most rows that any part of the plans of what is asked reads from a table or an index."""
    sent = statements(session, ask)
    for way in ("seqscan", "hashjoin", "mergejoin"):  # of so few it would read all
        session.execute(text(f"set local enable_{way} = off"))
    most = 0
    for statement, parameters in sent:
        if statement.startswith("explain"):
            continue
        explained = f"explain (analyze, format json) {statement}"
        told = session.connection().exec_driver_sql(explained, parameters)
        for node in nodes(told.scalar_one()[0]["Plan"]):
            if "Scan" in node["Node Type"]:
                passed = node.get("Rows Removed by Filter", 0) + node["Actual Rows"]
                most = max(most, round(passed * node["Actual Loops"]))
    return most


def test_a_search_stops_where_it_has_found_enough(session: Session, admin: User) -> None:
    asked: dict[str, Callable[[], object]] = {
        one: partial(support_search.find, session, one) for one in SAID
    }
    for search in SEARCHED:
        wanted = Wanted(search=search)
        asked[f"page of {search}"] = partial(company_list.page, session, admin, wanted)
        asked[f"count of {search}"] = partial(company_list.count, session, admin, wanted)
    too_many = {
        name: rows for name, ask in asked.items() if (rows := read(session, ask)) > MOST_READ
    }
    assert not too_many
    assert company_list.count(session, admin, Wanted(search="bolag")) > MOST_COUNTED
