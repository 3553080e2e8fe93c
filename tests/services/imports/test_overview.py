"""What is shown of an import: its own firm's alone, in pages, in as many statements however long it is."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.tables import line, table
from tests.support.transactions import Statements
from wizard.services.imports import judging, overview
from wizard.services.imports.judging import By


def test_an_import_is_found_by_its_own_firm_alone(session: Session, cast: Cast) -> None:
    found = judging.read(session, cast.firm, By(cast.owner), table([line(1)]))
    assert overview.find(session, cast.firm.id, found.public_id) is found
    assert overview.find(session, cast.other_firm.id, found.public_id) is None
    assert overview.recent(session, cast.firm.id) == [found]
    assert overview.recent(session, cast.other_firm.id) == []


def test_lines_are_paged_in_one_statement_and_counted_in_three(
    session: Session, cast: Cast, statements: Callable[[], Statements]
) -> None:
    found = judging.read(session, cast.firm, By(cast.owner), table(map(line, range(120))))
    seen, after = [], ""
    while True:
        with statements() as sent:
            page = overview.lines_page(session, found, after)
        assert len(sent) == 1
        seen += [row.line.number for row in page.rows]
        if page.next_cursor is None:
            break
        after = page.next_cursor
    assert seen == list(range(2, 122))
    with statements() as sent:
        assert overview.progress(session, found).to_mail == 120
    assert len(sent) == 3
