"""A button pressed ten times at once does its work once: each form carries a token of its own.

The first request with a form claims it, and what it makes is marked in the same transaction. Those that
come meanwhile, or later, get the answer of the first, also when it showed a link that is stored nowhere.
"""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, flash, g, redirect, request, session
from flask.json.tag import TaggedJSONSerializer
from flask_babel import gettext
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from wizard.config import Settings
from wizard.extensions import database
from wizard.models import InvitationKey
from wizard.services.concurrency import presses
from wizard.services.crypto import sealed_answers
from wizard.services.crypto.digests import digest

FIELD = "press"
TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
TOKEN_BYTES = 16
# What anybody's browser may hold, who has come nowhere yet: such a one makes nothing that is counted.
OF_STRANGERS = {"csrf_token", "_flashes", "_fresh", "_permanent"}
# But letters are sent to who forgot her password, or wants to see what she approved, and who asks has come
# nowhere.
LETTERS_TO_STRANGERS = {"account_link.forgotten", "consents.ask"}
PATIENCE_SECONDS, PAUSE_SECONDS = 20.0, 0.1
KEPT_HEADERS = {"Content-Type", "Location", "Set-Cookie"}  # the session's own cookie is set later

log = structlog.get_logger()
tagged = TaggedJSONSerializer()


@dataclass
class Pressed:
    """A press that this request is to answer."""

    id: int
    token: str = field(repr=False)
    before: dict[str, Any] = field(repr=False)  # the browser's session


def init_app(app: Flask, _settings: Settings) -> None:
    """Give forms their tokens, and answer each form once. Registered last, so that answers are not packed yet."""
    app.jinja_env.globals["press_token"] = press_token
    app.before_request(_claim)
    app.after_request(_keep)


def press_token() -> str:
    """A new token for one form."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def _claim() -> BaseResponse | None:
    """The answer of an earlier request with this form, if there was one."""
    token = request.form.get(FIELD, "") if request.method == "POST" else ""
    if request.blueprint == "api" or not TOKEN.fullmatch(token) or not _is_counted():
        return None
    form_hash, until = _form_hash(token), time.monotonic() + PATIENCE_SECONDS
    while True:
        with database.sessions() as own:
            standing = presses.claim(own, form_hash)
        if standing.mine:
            g.press = Pressed(standing.mine, token, dict(session))
            event.listen(database.session, "after_flush", _mark)
            return None
        if standing.answer:
            return _again(token, standing.answer)
        if standing.made or time.monotonic() > until:
            return _back(made=standing.made)
        time.sleep(PAUSE_SECONDS)


def _is_counted() -> bool:
    """Whether what is asked for here may be made twice."""
    return bool(set(session) - OF_STRANGERS) or request.endpoint in LETTERS_TO_STRANGERS


def _mark(flushed: Session, _context: object) -> None:
    """What is written with this request's session is the work of its press, but where a reader was last seen."""
    seen = (row for row in flushed.dirty if not isinstance(row, InvitationKey))
    if "press" in g and any((*flushed.new, *flushed.deleted, *seen)):
        presses.mark_made(flushed, g.press.id)


def _keep(response: Response) -> Response:
    """Keep the answer for those who press again; an error is not kept, and the form may be sent again."""
    pressed: Pressed | None = g.pop("press", None)
    if pressed is None:
        return response
    try:
        with database.sessions() as own:
            leads_on = response.status_code in {302, 303}
            good = response.status_code < 400
            kept = good and (leads_on or presses.is_made(own, pressed.id))
            presses.finish(own, pressed.id, _packed(pressed, response) if kept else None)
    except DBAPIError as error:  # what was made is marked: the next press is led on
        log.warning("press_not_kept", error=type(error).__name__)
    return response


def _packed(pressed: Pressed, response: Response) -> bytes:
    after = dict(session)
    answer = {
        "status": response.status_code,
        "headers": [(name, value) for name, value in response.headers if name in KEPT_HEADERS],
        "body": response.get_data(as_text=True),
        "put": {key: after[key] for key in after if pressed.before.get(key) != after[key]},
        "taken": [key for key in pressed.before if key not in after],
    }
    return sealed_answers.seal(pressed.token, tagged.dumps(answer).encode())


def _again(token: str, sealed: bytes) -> BaseResponse:
    """The answer of the first press, with what that put in the browser's session."""
    packed = sealed_answers.unseal(token, sealed)
    if packed is None:  # never: the hash says that it is the same token
        return _back(made=True)
    answer = tagged.loads(packed.decode())
    session.update(answer["put"])
    for key in answer["taken"]:
        session.pop(key, None)
    return Response(answer["body"], answer["status"], answer["headers"])


def _back(*, made: bool) -> BaseResponse:
    """To the page of the form, when the first press gave no answer."""
    if made:
        flash(gettext("That has been done already."))
    else:
        flash(gettext("That is being done. Load the page again in a while."))
    came_from = urlsplit(request.referrer or "")
    here = came_from.path if came_from.netloc == request.host else request.path
    return redirect("/" + here.lstrip("/"), 303)


def _form_hash(token: str) -> bytes:
    """Of the form, of all that is filled in, and of whose browser it is: changed words are another press."""
    filled = [
        *sorted(
            (name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"
        ),
        *sorted((name, _file_hash(file)) for name, file in request.files.items(multi=True)),
    ]
    return digest(repr([token, session.get("csrf_token"), request.full_path, filled]))


def _file_hash(file: Any) -> str:
    found = hashlib.file_digest(file.stream, "sha256").hexdigest()
    file.stream.seek(0)
    return found
