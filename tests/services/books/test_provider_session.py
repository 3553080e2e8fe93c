"""Questions within one time: a refused token is replaced once, and health hears of what lasts."""

import time
from datetime import timedelta
from threading import Event as Signal

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.books import BookReader
from tests.support.standin import StandIn
from wizard.causes import Cause
from wizard.models import Connection, now
from wizard.providers.base import FileTooLargeError, ProviderError, TokenRefusedError
from wizard.services.books.provider_session import ProviderSession
from wizard.services.grants.tokens import DisconnectedError

SECONDS, HOUR = 20.0, timedelta(hours=1)
LASTING = ProviderError(Cause.PERMISSION_MISSING, code="4007")


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    """A connected company whose next check is an hour away."""
    made = BookReader.connect(visma_app, visma)
    with visma_app.extensions["sessions"].begin() as session:
        session.execute(update(Connection).values(next_check_at=now() + HOUR))
    return made


def begin(reader: BookReader) -> ProviderSession:
    return ProviderSession(reader.context, reader.connection_id, SECONDS)


def is_due(reader: BookReader) -> bool:
    """Whether the connection is to be checked now."""
    at = reader.row().next_check_at
    return at is not None and at <= now()


def test_a_refused_token_is_replaced_for_this_question_and_those_after(reader: BookReader) -> None:
    asked: list[str] = []

    def call(token: str, seconds: float) -> float:
        asked.append(token)
        if token == reader.token:
            raise TokenRefusedError(Cause.CONSENT_ENDED)
        return seconds

    session = begin(reader)
    assert 0 < session.ask(call) <= SECONDS
    session.ask(call)
    assert asked[0] == reader.token
    assert asked[1] == asked[2] != reader.token
    assert not is_due(reader)


def test_a_token_that_is_refused_again_is_not_replaced_for_ever(reader: BookReader) -> None:
    asked: list[str] = []

    def call(token: str, _seconds: float) -> None:
        asked.append(token)
        raise TokenRefusedError(Cause.CONSENT_ENDED)

    with pytest.raises(TokenRefusedError):
        begin(reader).ask(call)
    assert len(asked) == 2
    assert is_due(reader)  # the check judges it


@pytest.mark.parametrize(
    ("error", "heard"),
    [
        (LASTING, True),
        (ProviderError(Cause.OUR_CONFIGURATION, code="4034"), True),
        (ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True), False),
        (FileTooLargeError(Cause.OUR_CONFIGURATION), False),
    ],
)
def test_health_hears_of_what_a_person_has_to_do_something_about(
    reader: BookReader, error: ProviderError, heard: bool
) -> None:
    def call(_token: str, _seconds: float) -> None:
        raise error

    with pytest.raises(ProviderError):
        begin(reader).ask(call)
    assert is_due(reader) is heard


def test_what_is_asked_beside_is_waited_for_though_an_error_comes_first(
    reader: BookReader,
) -> None:
    let_go, answered = Signal(), Signal()

    def slowly(_token: str, _seconds: float) -> str:
        let_go.wait(SECONDS)
        time.sleep(0.05)
        answered.set()
        return "late"

    def fail(_token: str, _seconds: float) -> None:
        let_go.set()
        raise LASTING

    def ask_both() -> None:
        with begin(reader) as session:
            session.begin(slowly)
            session.ask(fail)

    with pytest.raises(ProviderError):
        ask_both()
    assert answered.is_set()


def test_an_unknown_connection_is_asked_nothing(reader: BookReader) -> None:
    with pytest.raises(DisconnectedError):
        ProviderSession(reader.context, reader.connection_id + 1000, SECONDS)
