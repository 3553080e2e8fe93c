"""The box: a folder of letters; the oldest are deleted when there are many."""

import mailbox
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Lock

MOST = 200


@dataclass(frozen=True)
class Letter:
    """A received letter."""

    key: str
    message: EmailMessage

    @property
    def at(self) -> datetime | None:
        """The time in the Date header; None without one."""
        date = self.message["Date"]
        return date.datetime.astimezone() if date else None

    def part(self, kind: str) -> str:
        """The body as `plain` or `html`; empty if it has no such part."""
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found else ""


class Box:
    """A Maildir, so that letters outlive the process and mail programs can read them."""

    def __init__(self, folder: Path) -> None:
        for part in ("tmp", "new", "cur"):  # each of its own: one may have been deleted
            (folder / part).mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # letters hold links, and others may have accounts on this computer
        self._folder = mailbox.Maildir(folder, factory=None, create=True)
        self._lock = Lock()

    def put(self, raw: bytes) -> None:
        """Store a letter."""
        with self._lock:
            self._folder.add(mailbox.MaildirMessage(message_from_bytes(raw)))
            for key in self._keys()[MOST:]:
                self._folder.discard(key)

    def letters(self) -> list[Letter]:
        """All letters, newest first."""
        with self._lock:
            return [letter for key in self._keys() if (letter := self._read(key))]

    def letter(self, key: str) -> Letter | None:
        """The letter with a key; None if there is none."""
        with self._lock:
            return self._read(key) if key in self._folder else None

    def _keys(self) -> list[str]:
        """The keys, newest first: Maildir names begin with the time of arrival."""
        return sorted(self._folder.keys(), key=_came, reverse=True)

    def _read(self, key: str) -> Letter | None:
        try:
            message = message_from_bytes(self._folder.get_bytes(key), policy=policy.default)
        except KeyError:
            return None
        assert isinstance(message, EmailMessage)  # noqa: S101 -- by its policy
        return Letter(key, message)


def _came(key: str) -> tuple[int, int]:
    second, _, rest = key.partition(".")
    micro = rest.partition("M")[2].partition("P")[0]
    return int(second or 0), int(micro or 0)
