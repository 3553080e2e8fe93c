"""Marks of token keys: they tell whether a key is the same one, and nothing of what it is."""

import hashlib
import hmac
from collections.abc import Mapping

PURPOSE = b"kopplingsguiden: mark of a token key in a backup"
SHOWN = 16  # hexadecimal characters


def marks(ring: Mapping[str, bytes]) -> dict[str, str]:
    """The mark of each key, by its name."""
    return {
        name: hmac.digest(key, PURPOSE, hashlib.sha256).hex()[:SHOWN] for name, key in ring.items()
    }


def lacking(needed: Mapping[str, tuple[int, str]], ring: Mapping[str, bytes]) -> list[str]:
    """The names of the keys that a backup's secrets need and that are not in the ring, or are other keys there.

    A key that was missing already when the backup was made has no mark, and counts by its name.
    """
    here = marks(ring)
    return sorted(
        name
        for name, (_, mark) in needed.items()
        if name not in here or mark not in {"", here[name]}
    )
