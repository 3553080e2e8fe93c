"""The same Idempotency-Key makes one thing, whoever is killed, comes twice or comes at once."""

from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import now
from wizard.services.api import api_keys, idempotency
from wizard.services.api.idempotency import CreationDiffersError, once, remember
from wizard.services.concurrency.locks import BusyError

ASKED, ELSE = b'{"name": "Nya AB"}', b'{"name": "Gamla AB"}'


class KilledError(BaseException):
    """What a test raises where a process would be killed."""


@pytest.fixture
def key_id(session: Session, cast: Cast) -> int:
    """The id of a key."""
    return api_keys.create(session, cast.firm, "Analys", None).key.id


def test_what_was_made_is_remembered_for_who_comes_again(app: Flask, key_id: int) -> None:
    sessions = app.extensions["sessions"]
    with once(sessions, key_id, "a", ASKED) as creation:
        assert creation.made is None
        creation.made = "company1"
    with once(sessions, key_id, "a", ASKED) as creation:
        assert creation.made == "company1"
    with once(sessions, key_id, "b", ASKED) as creation:
        assert creation.made is None


def test_keys_do_not_share_their_tokens(
    app: Flask, session: Session, cast: Cast, key_id: int
) -> None:
    sessions = app.extensions["sessions"]
    other = api_keys.create(session, cast.other_firm, "Analys", None).key.id
    with once(sessions, key_id, "a", ASKED) as creation:
        creation.made = "company1"
    with once(sessions, other, "a", ELSE) as creation:
        assert creation.made is None


def test_another_request_by_the_same_token_is_refused(app: Flask, key_id: int) -> None:
    sessions = app.extensions["sessions"]
    with once(sessions, key_id, "a", ASKED):
        pass
    with pytest.raises(CreationDiffersError), once(sessions, key_id, "a", ELSE):
        pass


def test_who_comes_while_it_is_being_made_is_told_so(app: Flask, key_id: int) -> None:
    sessions = app.extensions["sessions"]
    with (
        once(sessions, key_id, "a", ASKED),
        pytest.raises(BusyError),
        once(sessions, key_id, "a", ASKED),
    ):
        pass


def test_killed_before_it_was_made_it_is_made_by_who_comes_next(app: Flask, key_id: int) -> None:
    sessions = app.extensions["sessions"]
    with suppress(KilledError), once(sessions, key_id, "a", ASKED) as creation:
        began = creation.began_at
        creation.made = "company1"
        raise KilledError
    with once(sessions, key_id, "a", ASKED) as creation:
        assert (creation.made, creation.began_at) == (None, began)


def test_killed_after_it_was_made_it_is_not_made_again(
    app: Flask, session: Session, key_id: int
) -> None:
    sessions = app.extensions["sessions"]
    with suppress(KilledError), once(sessions, key_id, "a", ASKED) as creation:
        remember(session, creation, "company1")
        session.commit()
        raise KilledError
    with once(sessions, key_id, "a", ASKED) as creation:
        assert creation.made == "company1"


def test_after_a_day_a_token_is_new_again(app: Flask, session: Session, key_id: int) -> None:
    sessions = app.extensions["sessions"]
    with once(sessions, key_id, "a", ASKED) as creation:
        creation.made = "company1"
    assert idempotency.forget_old(session) == 0
    with time_machine.travel(now() + idempotency.KEPT + timedelta(seconds=1), tick=True):
        with once(sessions, key_id, "a", ELSE) as creation:
            assert creation.made is None
        assert idempotency.forget_old(session) == 0
    with time_machine.travel(now() + 3 * idempotency.KEPT, tick=True):
        assert idempotency.forget_old(session) == 1
