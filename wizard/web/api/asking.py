"""What can go wrong when the accounting program is asked, said as problems."""

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
from wizard.services.history import API_KEY
from wizard.services.tokens import DisconnectedError, RenewalNeededError
from wizard.services.workshop import Workshop
from wizard.web.api.authentication import caller
from wizard.web.api.problems import ProblemError
from wizard.web.workshops import workshop_for

T = TypeVar("T")


def workshop_of(provider: str) -> Workshop:
    """The workshop for a provider, whose lines in the history name the key."""
    found = workshop_for(provider)
    named = {**found.sessions.kw, "info": {API_KEY: caller().id}}
    return replace(found, sessions=sessionmaker(**named))


@contextmanager
def asking() -> Iterator[None]:
    """Answer with the cause when the connection or the accounting program does not give what is asked."""
    database.session.commit()  # no transaction is open while somebody else is asked
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


def there(found: T | None) -> T:
    """What was found; a problem when it was not."""
    if found is None:
        raise ProblemError("not_found")
    return found
