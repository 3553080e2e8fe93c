"""Flask-WTF's protection against forged requests, with a token that is masked anew in every answer.

A page may then be compressed: its length says nothing of the token, which never looks the same (BREACH).
"""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from flask import Flask, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

SALT_BYTES = 16
ASKING = {"GET", "HEAD", "OPTIONS"}


class MaskedCSRFProtect(CSRFProtect):
    """CSRFProtect whose forms hold a masked token; a plain one, of an older page, is still good."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def init_app(self, app: Flask) -> None:
        """Protect the application, and give its templates the masked token."""
        super().init_app(app)  # type: ignore[no-untyped-call]  # Flask-WTF has no types
        app.jinja_env.globals["csrf_token"] = masked_token
        app.context_processor(lambda: {"csrf_token": masked_token})

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse what has no token; what is only asked for needs none, nor to be looked up."""
        if request.method not in ASKING:
            super().protect(apply_exemptions)  # type: ignore[no-untyped-call]

    def _get_csrf_token(self) -> str | None:
        sent: str | None = super()._get_csrf_token()  # type: ignore[no-untyped-call]
        return unmask(sent) if sent else sent


def masked_token() -> str:
    """The token of this session, masked; the same for all forms of one answer."""
    if "masked_token" not in g:
        g.masked_token = mask(generate_csrf())
    token: str = g.masked_token
    return token


def mask(token: str) -> str:
    """The token under a mask of its own, in characters for a form."""
    salt = secrets.token_bytes(SALT_BYTES)
    return urlsafe_b64encode(salt + _masked(token.encode(), salt)).decode().rstrip("=")


def unmask(masked: str) -> str:
    """The token under the mask; what is no masked token as it is, for Flask-WTF to judge."""
    if "." in masked:  # between the parts of a token without a mask
        return masked
    try:
        raw = urlsafe_b64decode(masked + "=" * (-len(masked) % 4))
        return _masked(raw[SALT_BYTES:], raw[:SALT_BYTES]).decode()
    except (Error, ValueError):
        return masked


def _masked(text: bytes, salt: bytes) -> bytes:
    """The text with every bit turned that the salt turns; done twice it is the text again."""
    stream = hashlib.shake_256(salt).digest(len(text))
    turned = int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")
    return turned.to_bytes(len(text), "big")
