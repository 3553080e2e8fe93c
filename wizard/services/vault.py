"""Secrets at rest: AES-GCM under a ring of keys, each secret bound to the row it stands in."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wizard.models import Base

NONCE_BYTES = 12
# Every column that holds sealed secrets: nothing is sealed into another, so none escapes a rotation.
SEALED = {
    "authorizations": ("code_verifier", "code", "access_token", "refresh_token", "chosen_company"),
    "connections": ("access_token", "refresh_token"),
    "old_grants": ("refresh_token",),
    "webhook_receivers": ("secret", "earlier_secret"),
}


class SealBrokenError(Exception):
    """A sealed secret was made for another row, altered, or under a key we no longer have."""


class Vault:
    """Seals and opens secrets; the first key of the ring seals, any of them opens."""

    def __init__(self, ring: dict[str, bytes]) -> None:
        self._ring = {name: AESGCM(key) for name, key in ring.items()}
        self._newest = next(iter(ring))

    @property
    def newest(self) -> str:
        """The name of the key that seals."""
        return self._newest

    def has(self, name: str) -> bool:
        """Whether a key of this name is in the ring."""
        return name in self._ring

    def seal(self, secret: str, row: Base, field: str) -> str:
        """The secret as text that only this field of this row can open; the row needs its id."""
        if field not in SEALED.get(row.__tablename__, ()):
            raise ValueError(f"SEALED has no {row.__tablename__}.{field}: rotation would forget it")
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ring[self._newest].encrypt(nonce, secret.encode(), _bound(row, field))
        return f"{self._newest}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, row: Base, field: str) -> str:
        """The secret again; SealBrokenError when it does not belong here."""
        name, _, text = sealed.partition(".")
        try:
            raw = base64.urlsafe_b64decode(text)
            return (
                self._ring[name]
                .decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(row, field))
                .decode()
            )
        except (KeyError, ValueError, InvalidTag):
            raise SealBrokenError(f"{row.__tablename__} {row.id} {field}") from None


def _bound(row: Base, field: str) -> bytes:
    if row.id is None:
        raise ValueError("a secret is sealed to a row that has its id")
    return f"{row.__tablename__}:{row.id}:{field}".encode()
