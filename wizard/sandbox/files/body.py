"""The bytes of a file, any slice of them made when asked for, so that 20 MB cost no memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

PIECE = 65_536


@dataclass(frozen=True)
class Body:
    """A beginning, so many bytes of filling, and an end."""

    head: bytes
    filling: int = 0
    tail: bytes = b""

    @property
    def length(self) -> int:
        """How many bytes in all."""
        return len(self.head) + self.filling + len(self.tail)

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from start up to stop, a piece at a time."""
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
    """Piece number so and so of the filling: the same at every time and in every process."""
    return sha256(number.to_bytes(8, "big")).digest() * (PIECE // 32)
