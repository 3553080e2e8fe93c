"""Encryption of secrets at rest: AES-GCM with a key ring; each secret is bound to its row and field."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wizard.models import Base

NONCE_BYTES = 12
# All columns with sealed secrets; others cannot be sealed into, so that key rotation misses none.
SEALED = {
    "authorizations": ("code_verifier", "code", "chosen_company"),
    "grants": ("access_token", "refresh_token"),
    "identity_providers": ("client_secret",),
    "staff_sessions": ("refresh_token",),
    "users": ("totp_secret",),
    "webhook_receivers": ("secret", "earlier_secret"),
}


class SealBrokenError(Exception):
    """A sealed secret belongs to another row, was altered, or needs a key that is not in the ring."""


class Vault:
    """Encrypts (seals) with the first key of the ring, and decrypts (opens) with any of them."""

    def __init__(self, ring: dict[str, bytes]) -> None:
        self._ring = {name: AESGCM(key) for name, key in ring.items()}
        self._newest = next(iter(ring))

    @property
    def newest(self) -> str:
        """The name of the key used for sealing."""
        return self._newest

    def has(self, name: str) -> bool:
        """True if the ring has a key with this name."""
        return name in self._ring

    def seal(self, secret: str, row: Base, field: str) -> str:
        """The secret encrypted for this field of this row, as text; the row must have an id."""
        if field not in SEALED.get(row.__tablename__, ()):
            raise ValueError(f"SEALED has no {row.__tablename__}.{field}: rotation would forget it")
        return self._seal(secret, _bound(row, field))

    def open(self, sealed: str, row: Base, field: str) -> str:
        """The decrypted secret; raises SealBrokenError if it was not sealed for this row and field."""
        return self._open(sealed, _bound(row, field))

    def moved(self, sealed: str, before: str, after: str) -> str:
        """The secret sealed for another place, for migrations.

        A place is ``table:id:field``. A damaged secret is returned unchanged.
        """
        try:
            return self._seal(self._open(sealed, before), after)
        except SealBrokenError:
            return sealed

    def _seal(self, secret: str, place: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ring[self._newest].encrypt(nonce, secret.encode(), place.encode())
        return f"{self._newest}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def _open(self, sealed: str, place: str) -> str:
        name, _, text = sealed.partition(".")
        try:
            raw = base64.urlsafe_b64decode(text)
            key = self._ring[name]
            return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
        except (KeyError, ValueError, InvalidTag):
            raise SealBrokenError(place.replace(":", " ")) from None


def _bound(row: Base, field: str) -> str:
    if row.id is None:
        raise ValueError("a secret is sealed to a row that has its id")
    return f"{row.__tablename__}:{row.id}:{field}"
