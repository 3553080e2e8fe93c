"""What is shown of a bulk action: counts by fate and reason, rows by them, and only one's own."""

import pytest
from sqlalchemy.orm import Session

from tests.support import bulk
from tests.support.cast import Cast
from wizard.models import BulkAct, BulkFate, BulkReason
from wizard.services import pages
from wizard.services.bulk import overview, running


def test_counts_and_rows_by_fate_and_reason(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "BATCH", 2)
    monkeypatch.setattr(pages, "PAGE", 2)
    broken = [bulk.broken_one(session, cast.firm, cast.owner, n).company for n in range(3)]
    new = [bulk.company(session, cast.firm, n) for n in range(2)]
    found = bulk.previewed(session, cast.owner, BulkAct.RENEW, *broken, *new)
    counts = overview.progress(session, found)
    assert (counts.all, counts.to_do, counts.of(BulkFate.WILL)) == (5, 3, 3)
    assert (counts.mails, counts.to_one) == (1, 1)  # one person's
    (why,) = counts.reasons(BulkFate.WILL_NOT)
    assert (why.reason, why.number) == (BulkReason.NOT_CONNECTED, 2)
    first = overview.rows_page(session, found, fate=BulkFate.WILL)
    assert first.next_cursor
    rest = overview.rows_page(session, found, first.next_cursor, BulkFate.WILL)
    named = [row.company.name for row in [*first.rows, *rest.rows] if row.company]
    assert named == [company.name for company in broken]
    others = overview.rows_page(session, found, reason=BulkReason.NOT_CONNECTED)
    assert [row.company for row in others.rows] == new


def test_a_firm_sees_its_own_and_others_only_what_they_began(session: Session, cast: Cast) -> None:
    of_firm = bulk.begun(session, cast.owner, BulkAct.CHECK, cast.company)
    only_seen = bulk.previewed(session, cast.owner, BulkAct.CHECK, cast.company)
    of_support = bulk.begun(session, cast.support, BulkAct.CHECK, cast.company)
    running.stop(session, of_firm)
    assert overview.recent(session, cast.colleague) == [of_firm]
    assert overview.recent(session, cast.support) == [of_support]
    assert overview.recent(session, cast.admin) == overview.recent(session, cast.stranger) == []
    assert overview.find(session, cast.colleague, only_seen.public_id) == only_seen
    assert overview.find(session, cast.admin, of_support.public_id) is None
