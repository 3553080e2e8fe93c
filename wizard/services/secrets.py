"""Secrets that stand in addresses and cookies: made long, kept as hashes."""

import hashlib
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> bytes:
    """What we store of a secret: with 256 random bits a plain SHA-256 cannot be searched back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
