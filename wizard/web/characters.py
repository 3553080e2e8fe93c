"""What no view should have to think of: characters that the database has no place for."""

from flask import Flask, abort, request

from wizard.config import Settings


def init_app(app: Flask, _settings: Settings) -> None:
    """Refuse every request with a NUL in its path, its query or its form."""
    app.before_request(_no_nul)


def _no_nul() -> None:
    values = [request.path]
    for sent in (request.args, request.form):
        values += [*sent, *(value for value in sent.values())]
    if any("\0" in value for value in values):
        abort(400)
