"""Locks between processes, on files; the kernel gives them back however a process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wizard.embedded.private import give_to_owner


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait for the file and hold it alone during the block."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def join(path: Path) -> int:
    """Hold the file together with others until the returned handle is closed.

    Closed, never unlocked: a forked child shares the handle, and keeps the lock while it lives.
    """
    handle = _open(path)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def claim(path: Path) -> int | None:
    """Hold the file alone until the returned handle is closed; None if anybody holds it."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def is_free(path: Path) -> bool:
    """Whether nobody holds the file."""
    handle = claim(path)
    if handle is None:
        return False
    os.close(handle)
    return True


def _open(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    give_to_owner(handle, path.parent)
    return handle
