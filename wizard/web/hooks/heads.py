"""HEAD is only a look: a page whose GET begins something does not take it."""

from flask import Flask, request
from werkzeug.exceptions import MethodNotAllowed

from wizard.config import Settings

# What these begin: an attempt at the provider, its check, and what is noted: books read, a list taken out.
BEGINNING = {
    "audit.export",
    "authorization.callback",
    "authorization.check",
    "authorization.depart",
    "voucher.document",
}


def init_app(app: Flask, _settings: Settings) -> None:
    """Refuse HEAD, which Flask answers by running the view, where the view begins something."""
    app.before_request(_begin_nothing)


def _begin_nothing() -> None:
    if request.method == "HEAD" and request.endpoint in BEGINNING:
        raise MethodNotAllowed(["GET"])
