"""Creations with an Idempotency-Key: made once, however often and however close together they are asked for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from pydantic import BaseModel

from wizard.extensions import database
from wizard.models import Creation
from wizard.services import idempotency
from wizard.services.idempotency import CreationDiffersError
from wizard.services.locking import BusyError
from wizard.web.api.authentication import caller
from wizard.web.api.problems import ProblemError
from wizard.web.api.schemas import Repeatable

RETRY = {"Retry-After": "1"}


@contextmanager
def once(headers: Repeatable, body: BaseModel) -> Iterator[Creation]:
    """What came of this creation before, to be made in the block if nothing did.

    Without the header it is new each time. Problems: creation_in_progress, creation_differs.
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
