"""Calls to a provider on behalf of a connection, with a valid token and reported failures."""

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
from wizard.providers.deadline import Deadline
from wizard.services.context import ProviderContext
from wizard.services.grants.tokens import access_token

T = TypeVar("T")
NOT_A_HEALTH_SIGNAL = (FileTooLargeError, NoSearchError, NotFoundInTimeError, RangeUnmetError)

log = structlog.get_logger()
_threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="provider_session")


class ProviderSession:
    """Calls to the provider with the connection's access token, within a shared time limit.

    On exit, also after an error, it waits for calls that have begun.
    """

    def __init__(self, context: ProviderContext, connection_id: int, seconds: float) -> None:
        """Raises RenewalNeededError, DisconnectedError, or ProviderError if there is no valid token."""
        self.context = context
        self._connection_id = connection_id
        self._deadline = Deadline(seconds)
        self._token = access_token(context, connection_id, self._deadline.left)
        self._begun: list[Future[Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        wait(self._begun)

    def ask(self, call: Callable[[str, float], T]) -> T:
        """The result of ``call(token, seconds)``, repeated once with a new token if the first was refused.

        After a cause that a person must act on, the connection is due for a check, which updates its
        status and notifies.
        """
        try:
            return self._ask(call)
        except ProviderError as error:
            self._report(error)
            raise

    def begin(self, call: Callable[[str, float], T]) -> Future[T]:
        """Start a call in parallel with others."""
        begun = _threads.submit(self.ask, call)
        self._begun.append(begun)
        return begun

    def _ask(self, call: Callable[[str, float], T]) -> T:
        token = self._token
        try:
            return call(token, self._deadline.left)
        except TokenRefusedError:
            self._token = access_token(
                self.context, self._connection_id, self._deadline.left, refused=token
            )
            return call(self._token, self._deadline.left)

    def _report(self, error: ProviderError) -> None:
        if error.transient or isinstance(error, NOT_A_HEALTH_SIGNAL):
            return
        if CAUSES[error.cause].alert:
            log.error(
                "operator_needed",
                cause=error.cause,
                code=error.code,
                connection=self._connection_id,
            )
        with self.context.sessions.begin() as session:
            session.execute(
                update(Connection)
                .where(Connection.id == self._connection_id, Connection.next_check_at.is_not(None))
                .values(next_check_at=now())
            )
