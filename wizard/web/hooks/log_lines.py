"""Lines of the log that stay whole, however many threads and processes write to the same pipe.

A pipe takes no more than PIPE_BUF bytes in one piece, and Python's own stream is no lock between threads. So
each line is one write of at most so many bytes, and an exception that is longer goes on in lines of its own.
"""

import json
import logging
import os
import select
import sys
from collections.abc import MutableMapping
from typing import Any

LONGEST_LINE = min(select.PIPE_BUF, 4096)  # bytes, with its end
LONGEST_VALUE = 600  # characters; each is at most six bytes, escaped
PART = 450  # characters of an exception in one line
KEPT = ("timestamp", "level", "request_id", "job")  # what tells the parts of one exception together
MOST_PARTS = 100


def render(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """The event as JSON, in as many lines as it takes: each whole, and short enough."""
    whole = _json(event)
    if _fits(whole):
        return whole
    exception = str(event.pop("exception", ""))
    parts = [exception[at : at + PART] for at in range(0, len(exception), PART)]
    if len(parts) > MOST_PARTS:  # one that goes round and round: its end says most
        parts = ["…", *parts[-MOST_PARTS:]]
    first = {name: _short(value) for name, value in event.items()}
    kept = {name: first[name] for name in KEPT if name in first}
    lines = [_json({**first, "exception_parts": len(parts)} if parts else first)]
    if not _fits(lines[0]):  # very many values
        lines = [
            _json({**kept, "event": first.get("event"), "cut": True, "exception_parts": len(parts)})
        ]
    lines += [
        _json({**kept, "event": "exception", "part": number, "exception": part})
        for number, part in enumerate(parts, 1)
    ]
    return "\n".join(lines)


class Lines:
    """What structlog writes to: standard error, a line at a time."""

    def msg(self, message: str) -> None:
        """Write what `render` made."""
        write(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


class LinesHandler(logging.Handler):
    """The same for the standard library's loggers."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            write(self.format(record))
        except Exception:  # noqa: BLE001 -- as every handler: a line that cannot be made stops nobody
            self.handleError(record)


def write(text: str) -> None:
    """Write each line in one piece. One that nobody can take is lost: the work goes on."""
    try:
        number = sys.stderr.fileno()
    except (OSError, ValueError, AttributeError):  # somebody has put something else in its place
        sys.stderr.write(f"{text}\n")
        return
    for line in text.split("\n"):
        _whole(number, f"{line}\n".encode(errors="backslashreplace"))


def _whole(number: int, line: bytes) -> None:
    while line:
        try:
            line = line[os.write(number, line) :]  # less than all of it only where a disk is full
        except BlockingIOError:
            select.select([], [number], [], 1.0)
        except OSError:
            return


def _fits(line: str) -> bool:
    return len(line.encode(errors="backslashreplace")) < LONGEST_LINE


def _short(value: Any) -> Any:
    """A value that is no longer than a line can hold."""
    text = value if isinstance(value, str) else _json(value)
    if len(text) <= LONGEST_VALUE:
        return value
    return f"{text[:LONGEST_VALUE]}…"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)
