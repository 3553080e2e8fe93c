"""Cleans what was sent before any view runs: NUL, which PostgreSQL cannot store, and endless fields.

Every field of ours is far shorter than the longest that is let through. To compose accents, or to look
for addresses, takes the square of a text's length: a form full of it would hold a whole process.
"""

from flask import Flask, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from wizard.config import Settings

LONGEST_FIELD = 4000  # characters; the rest is cut off, and what is left is refused as too long
TABLES = {
    ("imports.index", "lines")
}  # pasted from spreadsheets: cut cell by cell when they are read
NO_FORM = {"GET", "HEAD"}
NUL, UNKNOWN = "\0", "\ufffd"  # the replacement character


def init_app(app: Flask, _settings: Settings) -> None:
    """Cut off endless fields, and replace NUL by a character that no stored value contains."""
    app.before_request(_clean_all)


def _clean_all() -> None:
    parts = request.view_args or {}
    for name, part in parts.items():
        parts[name] = _clean(part) if isinstance(part, str) else part
    if request.method in NO_FORM:
        request.form = ImmutableMultiDict()  # whatever its body says
    for sent in ("args",) if request.method in NO_FORM else ("args", "form"):
        if any(pair != _cleaned_pair(*pair) for pair in getattr(request, sent).items(multi=True)):
            setattr(request, sent, _cleaned(getattr(request, sent)))


def _cleaned(sent: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict(_cleaned_pair(*pair) for pair in sent.items(multi=True))


def _cleaned_pair(name: str, value: str) -> tuple[str, str]:
    return _clean(name), _clean(value, name)


def _clean(text: str, name: str = "") -> str:
    whole = (request.endpoint, name) in TABLES
    return (text if whole else text[:LONGEST_FIELD]).replace(NUL, UNKNOWN)
