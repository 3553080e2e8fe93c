"""Secrets in URLs and cookies: long random values, stored as hashes."""

import hashlib
import re
import secrets

SECRET_BYTES = 32
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")  # what 32 bytes are in base64url without padding


def new_secret() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_in(text: str) -> str:
    """The secret in the last part of a link, without what a mail program or a person left beside it.

    That may be a full stop, a bracket, a quotation mark, white space, a slash or what takes no
    room: nothing of it can be part of a secret. A text that holds no secret is returned as it is.
    """
    found = SECRET.search(text)
    return found[0] if found else text


def digest(secret: str) -> bytes:
    """The stored SHA-256 hash of a secret; enough for 256 random bits, which cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
