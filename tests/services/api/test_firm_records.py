"""What the platform reads of a firm is found by indexes, page after page, whatever the number of rows."""

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.plans import plan
from wizard.models import Company, ConnectionStatus, KeyPurpose, public_id, sort_key
from wizard.services.api import firm_records
from wizard.services.api.firm_records import Wanted
from wizard.services.invitations import lifecycle

MANY = 20_000


@pytest.fixture
def many(session: Session, cast: Cast) -> Cast:
    """A firm among others, all with many companies; every tenth row is the cast's."""
    rows = [
        {
            "public_id": public_id(),
            "firm_id": cast.other_firm.id if number % 10 else cast.firm.id,
            "name": f"Bolag {number}",
            "sort_key": sort_key(f"Bolag {number}"),
            "organisation_number": f"{number + 6_000_000_000}",
        }
        for number in range(MANY)
    ]
    session.execute(insert(Company), rows)
    session.commit()
    session.execute(text("analyze"))
    session.commit()
    return cast


def test_companies_are_paged_by_an_index(session: Session, many: Cast) -> None:
    firm = many.firm.id
    first = firm_records.companies_page(session, firm, Wanted(), None, 50)
    assert first.next_cursor
    for number, after in [(None, None), (None, first.next_cursor), ("6000000010", None)]:
        way = plan(
            session,
            lambda number=number, after=after: firm_records.companies_page(  # type: ignore[misc]
                session, firm, Wanted(number), after, 50
            ),
        )
        assert "Seq Scan on companies" not in way, way
        assert "Sort" not in way.split("Nested Loop")[0], way


def test_connections_are_paged_by_an_index(session: Session, many: Cast) -> None:
    link = lifecycle.activate(session, many.company, "visma", None, KeyPurpose.COMMAND)
    for _ in range(400):
        make_connection(session, link, status=ConnectionStatus.DISCONNECTED)
    session.execute(text("analyze"))
    session.commit()
    page = firm_records.connections_page(session, many.firm.id, Wanted(), None, None, 50)
    assert len(page.rows) == 50
    seen = {found.public_id for found in page.rows}
    after = firm_records.connections_page(
        session, many.firm.id, Wanted(), None, page.next_cursor, 50
    )
    assert not seen & {found.public_id for found in after.rows}
    session.execute(text("set enable_seqscan = off"))  # 400 rows are read faster without
    way = plan(
        session,
        lambda: firm_records.connections_page(
            session, many.firm.id, Wanted(), ConnectionStatus.DISCONNECTED, page.next_cursor, 50
        ),
    )
    assert "ix_connections_" in way or "pk_connections" in way, way
