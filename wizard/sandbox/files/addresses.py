"""Temporary addresses: anybody who has one may fetch the file, for a short while."""

from dataclasses import dataclass
from uuid import uuid4

from wizard.sandbox.files.content import File


@dataclass(frozen=True)
class TemporaryAddress:
    """Where a file can be fetched, and until when."""

    file: File
    expires_at: float


class TemporaryAddresses:
    """Every address given out. Not thread-safe by itself: `State` holds the lock."""

    def __init__(self) -> None:
        self._addresses: dict[str, TemporaryAddress] = {}

    def give(self, file: File, now: float, lifetime: int) -> str:
        """A new address, as the last part of its path."""
        if len(self._addresses) > 10_000:
            self._forget_expired(now)
        name = str(uuid4())
        self._addresses[name] = TemporaryAddress(file, now + lifetime)
        return name

    def find(self, name: str, now: float) -> File | None:
        """The file, unless the address is unknown or has expired."""
        address = self._addresses.get(name)
        return address.file if address and address.expires_at > now else None

    def _forget_expired(self, now: float) -> None:
        self._addresses = {
            name: address for name, address in self._addresses.items() if address.expires_at > now
        }
