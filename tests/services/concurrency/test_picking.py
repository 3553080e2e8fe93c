"""Some rows are chosen once: no more than the limit, however the statement around them is planned."""

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.transactions import picks_in_place
from wizard.models import StandingMark
from wizard.services.concurrency.picking import picked


def test_no_more_are_taken_than_the_limit_says(session: Session, cast: Cast) -> None:
    marks = "insert into standing_marks (transaction, company_id)"
    session.execute(
        text(f"{marks} select -n, :company from generate_series(1, 9) n"),
        {"company": cast.company.id},
    )
    for way in ("enable_hashagg", "enable_hashjoin", "enable_mergejoin", "enable_sort"):
        session.execute(text(f"set local {way} = off"))
    some = select(StandingMark.id).where(StandingMark.transaction < 0).order_by(StandingMark.id)
    some = some.limit(2).with_for_update(skip_locked=True)
    gone = delete(StandingMark).where(StandingMark.id.in_(picked(some)))
    assert len(session.scalars(gone.returning(StandingMark.id)).all()) == 2
    session.rollback()


def test_a_choice_in_place_is_seen() -> None:
    chosen = "SELECT marks.id FROM marks WHERE (marks.at < now()) LIMIT 3 FOR UPDATE SKIP LOCKED"
    assert picks_in_place(f"DELETE FROM marks WHERE marks.id IN ({chosen}) RETURNING marks.id")
    assert not picks_in_place(
        f"WITH picked AS ({chosen}) DELETE FROM marks WHERE marks.id IN (SELECT id FROM picked)"
    )
    assert not picks_in_place("SELECT a FROM b WHERE a IN (SELECT c FROM d LIMIT 3) FOR UPDATE")
