"""The one character that PostgreSQL has no place for, taken care of before any view."""

from flask import Flask, abort, request

from wizard.config import Settings

NUL, UNKNOWN = "\0", "\ufffd"


def init_app(app: Flask, _settings: Settings) -> None:
    """Refuse a NUL in a query or a form; in an address it names nothing that there is."""
    app.before_request(_no_nul)


def _no_nul() -> None:
    parts = request.view_args or {}
    for name, part in parts.items():
        parts[name] = part.replace(NUL, UNKNOWN) if isinstance(part, str) else part
    for sent in (request.args, request.form):
        if any(NUL in text for pair in sent.items(multi=True) for text in pair):
            abort(400)
