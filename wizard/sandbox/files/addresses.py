"""Temporary URLs, which give access to a file for a short time without authentication."""

from dataclasses import dataclass
from uuid import uuid4

from wizard.sandbox.files.content import File


@dataclass(frozen=True)
class TemporaryAddress:
    """A file with the end of its URL's life."""

    file: File
    expires_at: float


class TemporaryAddresses:
    """All temporary URLs. Not thread-safe: `State` holds the lock."""

    def __init__(self) -> None:
        self._addresses: dict[str, TemporaryAddress] = {}

    def give(self, file: File, now: float, lifetime: int) -> str:
        """Create a temporary URL; returns the last segment of its path."""
        if len(self._addresses) > 10_000:
            self._forget_expired(now)
        name = str(uuid4())
        self._addresses[name] = TemporaryAddress(file, now + lifetime)
        return name

    def find(self, name: str, now: float) -> File | None:
        """The file; None if the URL is unknown or has expired."""
        address = self._addresses.get(name)
        return address.file if address and address.expires_at > now else None

    def _forget_expired(self, now: float) -> None:
        self._addresses = {
            name: address for name, address in self._addresses.items() if address.expires_at > now
        }
