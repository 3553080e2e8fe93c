"""Cleans what was sent before any view runs: NUL, which PostgreSQL cannot store, and endless fields.

Every field of ours is far shorter than the longest that is let through. To compose accents, or to look
for addresses, takes the square of a text's length: a form full of it would hold a whole process.
"""

from flask import Flask, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from wizard.config import Settings

LONGEST_FIELD = 4000  # characters; the rest is cut off, and what is left is refused as too long
NUL, UNKNOWN = "\0", "\ufffd"  # the replacement character


def init_app(app: Flask, _settings: Settings) -> None:
    """Cut off endless fields, and replace NUL by a character that no stored value contains."""
    app.before_request(_clean_all)


def _clean_all() -> None:
    parts = request.view_args or {}
    for name, part in parts.items():
        parts[name] = _clean(part) if isinstance(part, str) else part
    for sent in ("args", "form"):
        if any(text != _clean(text) for text in _texts(getattr(request, sent))):
            setattr(request, sent, _cleaned(getattr(request, sent)))


def _texts(sent: MultiDict[str, str]) -> list[str]:
    return [text for pair in sent.items(multi=True) for text in pair]


def _cleaned(sent: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict(
        (_clean(name), _clean(value)) for name, value in sent.items(multi=True)
    )


def _clean(text: str) -> str:
    return text[:LONGEST_FIELD].replace(NUL, UNKNOWN)
