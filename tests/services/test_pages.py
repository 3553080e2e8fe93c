"""A page says how the next one begins, and a cursor that is no row's leads nowhere."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import ApiKey
from wizard.services.api import api_keys
from wizard.services.pages import Page, number_in, older_than, read_page


def page_of(session: Session, size: int | None = None, after: str = "") -> Page[str]:
    """The names of keys, the newest first; their cursor is their public id."""
    query = select(ApiKey.name, ApiKey.public_id).where(older_than(ApiKey.public_id, after))
    found = read_page(
        session,
        query.order_by(ApiKey.id.desc()),
        lambda name, public_id: (name, public_id),
        lambda row: row[1],
        size,
    )
    return Page([name for name, _ in found.rows], found.next_cursor)


def test_every_row_is_on_one_page_and_the_last_page_has_no_cursor(
    session: Session, cast: Cast
) -> None:
    for number in range(4):
        api_keys.create(session, cast.firm, f"Nyckel {number}", None)
    first = page_of(session, 2)
    second = page_of(session, 2, first.next_cursor or "")
    assert first.rows + second.rows == ["Nyckel 3", "Nyckel 2", "Nyckel 1", "Nyckel 0"]
    assert (bool(first.next_cursor), second.next_cursor) == (True, None)
    assert page_of(session).rows == first.rows + second.rows
    assert page_of(session, after="unknown") == Page([], None)


@pytest.mark.parametrize("size", [1, 3])
def test_an_empty_list_is_one_empty_page(session: Session, cast: Cast, size: int) -> None:
    assert page_of(session, size) == Page([], None)


@pytest.mark.parametrize(
    ("cursor", "number"),
    [("7", 7), ("", None), ("-7", None), ("٧", None), ("9" * 18, 10**18 - 1), ("9" * 19, None)],
)
def test_a_number_is_read_only_if_a_row_may_have_it(cursor: str, number: int | None) -> None:
    assert number_in(cursor) == number
