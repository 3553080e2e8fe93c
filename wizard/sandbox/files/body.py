"""The content of a file, generated in slices, so that 20 MB use no memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

PIECE = 65_536


@dataclass(frozen=True)
class Body:
    """A beginning, a number of filling bytes, and an end."""

    head: bytes
    filling: int = 0
    tail: bytes = b""

    @property
    def length(self) -> int:
        """The total number of bytes."""
        return len(self.head) + self.filling + len(self.tail)

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` to before ``stop``, in pieces."""
        end = self.length if stop is None else min(stop, self.length)
        while start < end:
            piece = self._piece_at(start)[: end - start]
            start += len(piece)
            yield piece

    def _piece_at(self, position: int) -> bytes:
        if position < len(self.head):
            return self.head[position : position + PIECE]
        position -= len(self.head)
        if position >= self.filling:
            return self.tail[position - self.filling :]
        number, offset = divmod(position, PIECE)
        return _filling(number)[offset : offset + self.filling - position]


def _filling(number: int) -> bytes:
    """The filling's piece with a number; deterministic."""
    return sha256(number.to_bytes(8, "big")).digest() * (PIECE // 32)
