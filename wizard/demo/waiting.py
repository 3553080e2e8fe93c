"""Waiting for started programs, and for a signal to stop."""

import http.client
import time

from wizard.demo.bell import Bell
from wizard.demo.children import Child, Family
from wizard.demo.errors import DemoError

START_SECONDS = 60.0
PAUSE_SECONDS = 0.03


def wait_until_it_answers(family: Family, bell: Bell, port: int, path: str) -> None:
    """Wait until the URL answers 200, or a signal; raises DemoError if a child ends or time runs out."""
    deadline = time.monotonic() + START_SECONDS
    while not bell.rings and not _answers(port, path):
        if fallen := family.fallen():
            raise DemoError(fell(fallen))
        if time.monotonic() > deadline:
            raise DemoError(_too_late(family.children, port))
        bell.wait(family.sentinels(), PAUSE_SECONDS)


def wait_until_told_to_stop(family: Family, bell: Bell) -> None:
    """Wait for a signal such as Ctrl-C; raises DemoError if a child ends by itself."""
    while not bell.rings:
        bell.wait(family.sentinels(), None)
        if not bell.rings and (fallen := family.fallen()):
            raise DemoError(fell(fallen))


def fell(child: Child) -> str:
    """The message about a child that ended by itself."""
    return (
        f"{child.program.title} avslutades oväntat. Det sista i loggen {child.log}:\n\n"
        f"{child.last_lines() or '(tom)'}\n"
    )


def _answers(port: int, path: str) -> bool:
    try:
        talk = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        talk.request("GET", path)
        return talk.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False


def _too_late(children: list[Child], port: int) -> str:
    logs = "\n".join(f"  {child.log}" for child in children)
    return f"Inget svar på port {port} efter {START_SECONDS:.0f} sekunder. Se loggarna:\n{logs}\n"
