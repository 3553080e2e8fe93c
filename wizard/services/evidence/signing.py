"""Signatures of manifests: Ed25519 (RFC 8032) with a key ring, so that keys can be changed."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM = "Ed25519"


@dataclass(frozen=True)
class Signature:
    """A signature, with the name of its key in our ring."""

    key: str
    value: str


class Signer:
    """Signs with the first key of the ring; what any of them has signed is known as ours.

    Without keys nothing is signed, and nothing is known.
    """

    def __init__(self, ring: dict[str, bytes]) -> None:
        self._ring = {
            name: Ed25519PrivateKey.from_private_bytes(seed) for name, seed in ring.items()
        }

    def sign(self, content: dict[str, Any]) -> Signature | None:
        """The signature of a JSON object, whatever its layout; None without a key."""
        for name, key in self._ring.items():
            return Signature(name, base64.b64encode(key.sign(canonical(content))).decode())
        return None

    def knows(self, name: str) -> bool:
        """True if the ring has a key with this name."""
        return name in self._ring

    def is_ours(self, content: dict[str, Any], signature: Signature) -> bool:
        """True if a key of the ring has signed exactly this object."""
        key = self._ring.get(signature.key)
        if key is None:
            return False
        try:
            value = base64.b64decode(signature.value, validate=True)
            key.public_key().verify(value, canonical(content))
        except (ValueError, InvalidSignature):
            return False
        return True

    def public_keys(self) -> dict[str, str]:
        """The public keys in base64, by name, for whoever checks signatures without us."""
        return {
            name: base64.b64encode(key.public_key().public_bytes_raw()).decode()
            for name, key in self._ring.items()
        }


def canonical(content: dict[str, Any]) -> bytes:
    """The one way to write the object as bytes: names sorted, no spaces, UTF-8."""
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return written.encode("utf-8", "surrogatepass")
