"""Log lines stay whole from many threads of many processes through one pipe, and none is lost."""

import json
import os
import subprocess
import sys

import pytest

from wizard.web.hooks.log_lines import LONGEST_LINE, render

PROCESSES, THREADS, EACH = 4, 8, 150
WRITER = """
import logging, sys, threading
import structlog
from wizard.web.hooks.logs import configure

configure("INFO")
log, library = structlog.get_logger(), logging.getLogger("some.library")
process, threads, each = map(int, sys.argv[1:])

def fail(depth):
    if depth:
        fail(depth - 1)
    raise ValueError("å" * 900)

def write(thread):
    for number in range(each):
        named = {"process": process, "thread": thread, "number": number}
        if number % 10 == 0:
            try:
                fail(thread * 5)
            except ValueError:
                log.exception("failed", **named)
        elif number % 10 == 1:
            library.warning("%s", "ö" * 100 * thread)
            log.info("tried", **named)
        else:
            log.info("tried", **named, filled="ä" * (number * 7))

running = [threading.Thread(target=write, args=(number,)) for number in range(threads)]
for one in running: one.start()
for one in running: one.join()
"""


def test_no_two_lines_run_together_and_none_is_lost() -> None:
    receiving, sending = os.pipe()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, *map(str, (number, THREADS, EACH))], stderr=sending
        )
        for number in range(PROCESSES)
    ]
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        written = pipe.read().splitlines(keepends=True)
    assert [writer.wait() for writer in writers] == [0] * PROCESSES
    assert max(map(len, written)) <= LONGEST_LINE
    told = [json.loads(line) for line in written]
    seen = [
        (one["process"], one["thread"], one["number"])
        for one in told
        if one["event"] in {"tried", "failed"}
    ]
    assert len(seen) == len(set(seen)) == PROCESSES * THREADS * EACH


@pytest.mark.parametrize("length", [10, 3_000, 30_000, 3_000_000])
@pytest.mark.parametrize("letter", ["a", "å", '"', "\x00", "\n"])
def test_a_long_exception_goes_on_in_lines_of_its_own(length: int, letter: str) -> None:
    exception = f"{letter * length} its end"
    event = {"event": "failed", "request_id": "r", "exception": exception, "path": letter * length}
    lines = render(None, "error", event).split("\n")
    assert all(len(f"{line}\n".encode()) <= LONGEST_LINE for line in lines)
    told = [json.loads(line) for line in lines]
    assert told[0]["event"] == "failed"
    assert {one["request_id"] for one in told} == {"r"}
    whole = "".join(one["exception"] for one in told if "exception" in one)
    assert whole.endswith("its end")
    if length <= 30_000:
        assert whole == exception


def test_very_many_values_are_cut_and_said_to_be() -> None:
    event = {"event": "failed", "level": "error", **{f"value_{n}": "x" * 300 for n in range(50)}}
    line = render(None, "error", event)
    assert len(line.encode()) < LONGEST_LINE
    assert json.loads(line)["cut"] is True
