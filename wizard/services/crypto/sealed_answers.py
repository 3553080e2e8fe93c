"""Answers to forms, sealed with the token of the form: whoever reads the database can open none."""

import hashlib
import os
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def seal(token: str, answer: bytes) -> bytes:
    """The answer, compressed and encrypted; ``token`` is random and stored nowhere with us."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(token).encrypt(nonce, zlib.compress(answer), None)


def unseal(token: str, sealed: bytes) -> bytes | None:
    """The answer; None with another token."""
    try:
        packed = _cipher(token).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except InvalidTag:
        return None
    return zlib.decompress(packed)


def _cipher(token: str) -> AESGCM:
    return AESGCM(hashlib.sha256(f"answer\n{token}".encode()).digest())
