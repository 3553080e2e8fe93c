"""Replaces NUL, which PostgreSQL cannot store, before any view runs."""

from flask import Flask, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from wizard.config import Settings

NUL, UNKNOWN = "\0", "\ufffd"  # the replacement character


def init_app(app: Flask, _settings: Settings) -> None:
    """Replace NUL in paths, query strings and forms by a character that no stored value contains."""
    app.before_request(_no_nul)


def _no_nul() -> None:
    parts = request.view_args or {}
    for name, part in parts.items():
        parts[name] = _clean(part) if isinstance(part, str) else part
    for sent in ("args", "form"):
        if NUL in "".join(_texts(getattr(request, sent))):
            setattr(request, sent, _cleaned(getattr(request, sent)))


def _texts(sent: MultiDict[str, str]) -> list[str]:
    return [text for pair in sent.items(multi=True) for text in pair]


def _cleaned(sent: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict(
        (_clean(name), _clean(value)) for name, value in sent.items(multi=True)
    )


def _clean(text: str) -> str:
    return text.replace(NUL, UNKNOWN)
