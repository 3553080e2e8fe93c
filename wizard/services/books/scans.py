"""Scanned files as pictures: decoded in separate processes, a few at a time."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Timer

from wizard.providers.base import DocumentFile

SCRIPT = Path(__file__).with_name("scan_pages.py")
AT_ONCE = 2  # per process of ours; each decoder may hold a file and a page in memory
WAIT_SECONDS = 15.0
WORK_SECONDS = 30.0  # for download and decoding
MOST_BYTES = 24 * 1024 * 1024
# What `scan_pages.py` writes instead of a page's length, when the page is of an unknown format.
UNKNOWN = bytes.fromhex("ffffffff")

_turns = BoundedSemaphore(AT_ONCE)


class BrokenScanError(Exception):
    """No page of the file could be decoded."""


class UnknownScanError(Exception):
    """The file is not broken, but its pages are of an old or rare format that we cannot decode."""


class ScansBusyError(Exception):
    """Other files were being decoded during the whole time limit."""


@dataclass(frozen=True)
class Scan:
    """The pages as PNG or JPEG; ``whole`` is False if the file has more pages than were decoded."""

    pages: list[bytes]
    whole: bool


def unpack(file: DocumentFile) -> Scan:
    """Decode a TIFF and close it.

    Raises BrokenScanError, UnknownScanError, ScansBusyError, FileCutError.
    """
    try:
        if not _turns.acquire(timeout=WAIT_SECONDS):
            raise ScansBusyError
        try:
            return _read(_converted(file))
        finally:
            _turns.release()
    finally:
        file.close()


def _converted(file: DocumentFile) -> bytes:
    """The output of the process; incomplete if it crashes or reaches its limits."""
    command = [sys.executable, "-I", str(SCRIPT)]
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    try:
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=none, env={}) as process:  # noqa: S603 -- our own script
            timer = Timer(WORK_SECONDS, process.kill)
            timer.start()
            try:
                return _through(process, file)
            finally:
                timer.cancel()
                process.kill()
    except BrokenPipeError:
        return b""


def _through(process: subprocess.Popen[bytes], file: DocumentFile) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise BrokenScanError
    for piece in file.pieces():
        process.stdin.write(piece)
    process.stdin.close()
    return process.stdout.read(MOST_BYTES)


def _read(converted: bytes) -> Scan:
    pages: list[bytes] = []
    at = 0
    while at + 4 <= len(converted):
        length = int.from_bytes(converted[at : at + 4])
        page = converted[at + 4 : at + 4 + length]
        if length == 0 or len(page) < length:
            break
        pages.append(page)
        at += 4 + length
    if not pages:
        raise UnknownScanError if converted == UNKNOWN else BrokenScanError
    return Scan(pages, whole=converted[at : at + 4] == bytes(4))
