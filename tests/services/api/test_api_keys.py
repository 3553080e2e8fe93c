"""A key to the API is shown once, found by its secret while it lives, and ends at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.transactions import Statements
from wizard.models import now
from wizard.services import pages
from wizard.services.api import api_keys
from wizard.services.api.api_keys import KeyUnknownError


def test_a_key_is_found_by_its_secret_which_is_kept_nowhere(session: Session, cast: Cast) -> None:
    made = api_keys.create(session, cast.firm, " Analys ", cast.admin)
    found = api_keys.find(session, made.secret)
    assert found
    assert (found.name, found.firm_id, found.created_by_id) == (
        "Analys",
        cast.firm.id,
        cast.admin.id,
    )
    assert made.secret.startswith(found.beginning)
    assert made.secret not in repr(made)
    stored = str(session.execute(text("select * from api_keys")).all())
    assert made.secret.removeprefix(found.beginning) not in stored


@pytest.mark.parametrize("secret", ["", "kg_", "kg_" + "x" * 42, "kg_" + "å" * 43, "\0" * 46])
def test_what_cannot_be_a_key_costs_no_statement(
    session: Session, statements: Callable[[], Statements], secret: str
) -> None:
    with statements() as sent:
        assert api_keys.find(session, secret) is None
    assert sent == []


def test_a_revoked_key_opens_nothing_and_twice_is_the_same_as_once(
    session: Session, cast: Cast
) -> None:
    made = api_keys.create(session, cast.firm, "Analys", None)
    revoked = api_keys.revoke(session, made.key.public_id, cast.admin).revoked_at
    assert api_keys.find(session, made.secret) is None
    again = api_keys.revoke(session, made.key.public_id, cast.support)
    assert (again.revoked_at, again.revoked_by_id) == (revoked, cast.admin.id)
    with pytest.raises(KeyUnknownError):
        api_keys.revoke(session, "finnsinte", None)


def test_its_use_is_noted_once_a_minute(
    session: Session, cast: Cast, statements: Callable[[], Statements]
) -> None:
    key = api_keys.create(session, cast.firm, "Analys", None).key
    api_keys.note_use(session, key)
    session.refresh(key)
    first = key.last_used_at
    assert first
    with statements() as sent:
        api_keys.note_use(session, key)
    assert not [statement for statement in sent if "UPDATE" in statement]
    with time_machine.travel(now() + timedelta(minutes=2), tick=True):
        api_keys.note_use(session, key)
        session.refresh(key)
        assert key.last_used_at
        assert key.last_used_at > first


def test_keys_are_listed_newest_first_page_after_page(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    made = [api_keys.create(session, cast.firm, f"Nyckel {n}", None).key for n in range(3)]
    api_keys.revoke(session, made[2].public_id, None)
    first = api_keys.list_page(session)
    second = api_keys.list_page(session, first.next_cursor or "")
    assert [key.name for key in first.rows + second.rows] == ["Nyckel 2", "Nyckel 1", "Nyckel 0"]
    assert second.next_cursor is None
