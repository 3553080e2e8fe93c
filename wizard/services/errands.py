"""Asking a provider on behalf of a connection: a token that works, and causes that health hears of."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Self, TypeVar

import structlog
from sqlalchemy import update

from wizard.causes import CAUSES
from wizard.models import Connection, now
from wizard.providers.base import (
    FileTooLargeError,
    NoSearchError,
    NotFoundInTimeError,
    ProviderError,
    RangeUnmetError,
    TokenRefusedError,
)
from wizard.services.reading import Deadline
from wizard.services.tokens import access_token
from wizard.services.workshop import Workshop

T = TypeVar("T")
NOBODYS_FAULT = (FileTooLargeError, NoSearchError, NotFoundInTimeError, RangeUnmetError)

log = structlog.get_logger()
_threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="errand")


class Errand:
    """Some questions to the provider within one time, with the connection's access token.

    Left by an error, it waits for what was begun: nothing is asked behind the back of an answer.
    """

    def __init__(self, workshop: Workshop, connection_id: int, seconds: float) -> None:
        """Raises RenewalNeededError, DisconnectedError, or a ProviderError when there is no token."""
        self.workshop = workshop
        self._connection_id = connection_id
        self._deadline = Deadline(seconds)
        self._token = access_token(workshop, connection_id, self._deadline.left)
        self._begun: list[Future[Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        wait(self._begun)

    def ask(self, call: Callable[[str, float], T]) -> T:
        """The answer of ``call(token, seconds)``, asked once more with a new token if that was refused.

        A cause that a person has to do something about makes the connection due for a check, which
        judges it and tells.
        """
        try:
            return self._ask(call)
        except ProviderError as error:
            self._report(error)
            raise

    def begin(self, call: Callable[[str, float], T]) -> Future[T]:
        """Ask beside whatever else is asked."""
        begun = _threads.submit(self.ask, call)
        self._begun.append(begun)
        return begun

    def _ask(self, call: Callable[[str, float], T]) -> T:
        token = self._token
        try:
            return call(token, self._deadline.left)
        except TokenRefusedError:
            self._token = access_token(
                self.workshop, self._connection_id, self._deadline.left, refused=token
            )
            return call(self._token, self._deadline.left)

    def _report(self, error: ProviderError) -> None:
        if error.transient or isinstance(error, NOBODYS_FAULT):
            return
        if CAUSES[error.cause].alert:
            log.error(
                "needs_us", cause=error.cause, code=error.code, connection=self._connection_id
            )
        with self.workshop.sessions.begin() as session:
            session.execute(
                update(Connection)
                .where(Connection.id == self._connection_id, Connection.next_check_at.is_not(None))
                .values(next_check_at=now())
            )
