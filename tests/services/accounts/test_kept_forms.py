"""Kept forms: opened by their token, for their writer, for an hour."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import now
from wizard.services.accounts import kept_forms

WORDS = [("name", "Åsa"), ("types", "one"), ("types", "two")]


def test_what_was_written_is_found_by_its_writer_with_the_token(
    session: Session, cast: Cast
) -> None:
    token = kept_forms.keep(session, cast.owner.id, "192.0.2.1", WORDS)
    assert token is not None
    assert kept_forms.find(session, token, cast.owner.id) == WORDS
    assert kept_forms.find(session, token, None) == WORDS
    assert kept_forms.find(session, token, cast.colleague.id) is None
    assert kept_forms.find(session, token + "x", cast.owner.id) is None
    kept_forms.drop(session, token)
    assert kept_forms.find(session, token, cast.owner.id) is None


def test_it_is_forgotten_after_an_hour(session: Session) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        token = kept_forms.keep(session, None, "192.0.2.1", WORDS)
        assert token is not None
        clock.shift(kept_forms.KEPT - timedelta(seconds=1))
        assert kept_forms.find(session, token, None) == WORDS
        assert kept_forms.forget_old(session) == 0
        clock.shift(timedelta(seconds=1))
        assert kept_forms.find(session, token, None) is None
        assert kept_forms.forget_old(session) == 1


@pytest.mark.usefixtures("half_past")
def test_no_network_fills_the_table(session: Session) -> None:
    kept = [kept_forms.keep(session, None, "192.0.2.1", WORDS) for _ in range(62)]
    assert len([token for token in kept if token]) == kept_forms.AN_HOUR
    assert kept_forms.keep(session, None, "192.0.2.2", WORDS)
    much = [("name", "x" * kept_forms.LARGEST_BYTES)]
    assert kept_forms.keep(session, None, "192.0.2.3", much) is None
