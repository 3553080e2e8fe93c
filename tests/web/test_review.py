"""The pages of the yearly review: answered line by line, seen before anything ends, and ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.webhooks import connect
from wizard.models import Connection, now
from wizard.services.connections import yearly_review

AT, END = "/foretag/genomgang", "/foretag/genomgang/avsluta"


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """One that was approved more than a year ago."""
    made = connect(session, cast.company)
    made.created_at = now() - timedelta(days=400)
    session.commit()
    return made


def test_what_is_kept_is_asked_of_no_more(
    browser: Callable[..., Browser], cast: Cast, session: Session, connection: Connection
) -> None:
    olga = browser(cast.owner)
    page = olga.get(AT, 200)
    assert cast.company.name in page.words
    olga.post(AT, {f"svar-{connection.public_id}": "kvar"}, 303)
    assert "Det finns inget att svara på" in olga.get(AT, 200).words
    session.refresh(connection)
    assert connection.is_living


def test_what_is_marked_is_seen_first_and_then_ended(
    browser: Callable[..., Browser], cast: Cast, session: Session, connection: Connection
) -> None:
    olga = browser(cast.owner)
    olga.get(AT, 200)
    olga.post(AT, {f"svar-{connection.public_id}": "avsluta"}, 303)
    assert END in olga.get(AT, 200).links
    preview = olga.get(END, 200)
    assert "1 koppling är markerad" in preview.words
    assert cast.company.name in preview.words
    changed = olga.follow(olga.post(END, {"antal": "2"}, 303))
    assert "Det som är markerat har ändrats" in changed.words
    after = olga.follow(olga.post(END, {"antal": "1"}, 303))
    assert "1 koppling avslutas" in after.words
    yearly_review.end_asked(session)
    session.expire_all()
    assert not session.get_one(Connection, connection.id).is_living


def test_a_mark_is_taken_away(
    browser: Callable[..., Browser], cast: Cast, connection: Connection
) -> None:
    olga = browser(cast.owner)
    olga.get(AT, 200)
    olga.post(AT, {f"svar-{connection.public_id}": "avsluta"}, 303)
    olga.get(END, 200)
    olga.post(END, {"angra": connection.public_id}, 303)
    assert "Inget är markerat" in olga.get(END, 200).words
    assert cast.company.name in olga.get(AT, 200).words


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "9" * 30, "²"])
def test_a_number_that_was_not_shown_ends_nothing(
    browser: Callable[..., Browser],
    cast: Cast,
    session: Session,
    connection: Connection,
    number: str,
) -> None:
    olga = browser(cast.owner)
    olga.get(AT, 200)
    olga.post(AT, {f"svar-{connection.public_id}": "avsluta"}, 303)
    olga.post(END, {"antal": number}, 303)
    assert yearly_review.numbers(session, cast.firm.id).ending == 0
