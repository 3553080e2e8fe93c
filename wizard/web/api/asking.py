"""Errors from reading an accounting program, translated to problem responses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from sqlalchemy.orm import sessionmaker

from wizard.extensions import database
from wizard.providers.base import (
    FileTooLargeError,
    NotFoundInTimeError,
    ProviderError,
    RangeUnmetError,
)
from wizard.services.context import ProviderContext
from wizard.services.grants.tokens import DisconnectedError, RenewalNeededError
from wizard.services.history import API_KEY
from wizard.web.api.authentication import caller
from wizard.web.api.problems import ProblemError
from wizard.wiring.providers import provider_context

T = TypeVar("T")


def context_of(provider: str, *, background: bool = False) -> ProviderContext:
    """The provider context for API requests; its events in the history name the API key."""
    found = provider_context(provider, background=background)
    named = {**found.sessions.kw, "info": {API_KEY: caller().id}}
    return replace(found, sessions=sessionmaker(**named))


@contextmanager
def asking() -> Iterator[None]:
    """Turn errors of the connection and the accounting program into problems."""
    database.session.commit()  # no transaction may be open during a call to the provider
    try:
        yield
    except DisconnectedError:
        raise ProblemError("disconnected") from None
    except RenewalNeededError as error:
        raise ProblemError(error.cause.value) from None
    except FileTooLargeError:
        raise ProblemError("document_too_large") from None
    except RangeUnmetError as error:
        end = {"Content-Range": f"bytes */{error.total}"}
        raise ProblemError("range_unmet", headers=end) from None
    except NotFoundInTimeError:
        raise ProblemError("too_far_to_look") from None
    except ProviderError as error:
        raise ProblemError(error.cause.value) from None


def existing(found: T | None) -> T:
    """The value; raises the problem not_found for None."""
    if found is None:
        raise ProblemError("not_found")
    return found
