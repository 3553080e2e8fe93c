"""Idempotency-Key: a creation is made once, however often and concurrently it is requested."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from pydantic import BaseModel

from wizard.extensions import database
from wizard.models import Creation
from wizard.services.api import idempotency
from wizard.services.api.idempotency import CreationDiffersError
from wizard.services.concurrency.locks import BusyError
from wizard.web.api.authentication import caller
from wizard.web.api.problems import ProblemError
from wizard.web.api.schemas import Repeatable

RETRY = {"Retry-After": "1"}


@contextmanager
def once(headers: Repeatable, body: BaseModel) -> Iterator[Creation]:
    """The result of earlier requests with this Idempotency-Key; the block creates it if there is none.

    Without the header every request is new. Raises the problems creation_in_progress and creation_differs.
    """
    if headers.idempotency_key is None:
        yield Creation()
        return
    said = json.dumps([request.path, body.model_dump(mode="json")], sort_keys=True)
    try:
        with idempotency.once(
            database.sessions, caller().id, headers.idempotency_key, said.encode()
        ) as creation:
            yield creation
    except BusyError:
        raise ProblemError("creation_in_progress", headers=RETRY) from None
    except CreationDiffersError:
        raise ProblemError("creation_differs") from None
