"""File locks between processes; the kernel releases them however a process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wizard.embedded.private import give_to_owner


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file during the block; waits for it."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def join(path: Path) -> int:
    """Take a shared lock on the file, held until the returned handle is closed.

    Close the handle, never unlock it: a forked child shares the lock and keeps it while it lives.
    """
    handle = _open(path)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def claim(path: Path) -> int | None:
    """Take an exclusive lock, held until the returned handle is closed; None if the file is locked."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def is_free(path: Path) -> bool:
    """True if no process locks the file."""
    handle = claim(path)
    if handle is None:
        return False
    os.close(handle)
    return True


def _open(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    give_to_owner(handle, path.parent)
    return handle
