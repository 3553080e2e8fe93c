"""What decides whether an act fits: whom each company is written to, and in one statement."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from tests.services.bulk.test_judging import imported
from tests.support import bulk
from tests.support.cast import Cast
from tests.support.transactions import Statements
from wizard.services.bulk.facts import gather


def test_whom_an_import_named_is_written_to_by_her_name(session: Session, cast: Cast) -> None:
    (facts,) = gather(session, [imported(session, cast).id])
    assert (facts.email, facts.name, facts.language) == ("vd@example.com", "Vera Dahl", "sv")


def test_who_approved_comes_before_who_was_written_to(session: Session, cast: Cast) -> None:
    made = bulk.broken_one(session, cast.firm, cast.owner, 1)
    invited = bulk.mailed(session, cast.firm, cast.owner, 2)
    first, second = gather(session, [made.company_id, invited.id])
    assert (first.email, first.name) == ("frida@example.com", "Frida Fors")
    assert (second.email, second.name) == ("anna2@example.com", "Anna 2")
    assert second.letter
    assert second.reminder


def test_many_are_gathered_in_one_statement(
    session: Session, cast: Cast, statements: Callable[[], Statements]
) -> None:
    ids = [bulk.mailed(session, cast.firm, cast.owner, n).id for n in range(4)]
    session.expunge_all()
    with statements() as sent:
        assert len(gather(session, ids)) == 4
    assert len(sent) == 1
