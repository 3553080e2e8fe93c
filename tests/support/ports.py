"""Ports for programs that must be told a number before they listen."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

from wizard.demo.ports import REFUSED_BY_BROWSERS

# Below the range that the kernel takes ports from for whoever asks for any
# (net.ipv4.ip_local_port_range), so that no connection of another test can take one in between,
# and apart from those that a demo chooses for itself.
RANGE = range(10_000, 20_000)
HELD: list[int] = []


def free_port() -> int:
    """A free port that no other process of the tests is given while this one lives."""
    folder = Path(tempfile.gettempdir()) / f"wizard-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.sample(RANGE, len(RANGE)):
        if port not in REFUSED_BY_BROWSERS and _is_free(port) and _hold(folder / str(port)):
            return port
    message = "no free port"
    raise RuntimeError(message)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _hold(file: Path) -> bool:
    held = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return False
    HELD.append(held)
    return True
