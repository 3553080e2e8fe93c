"""Download of files from temporary URLs: from allowed hosts only, never with our token.

Nothing here is logged, since a temporary URL is itself a secret.
"""

import re
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from urllib.parse import SplitResult, urljoin, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from wizard.causes import Cause
from wizard.net.addresses import InnerAddressError, Reach, UnreachableError
from wizard.net.connections import PORTS, ask
from wizard.providers.base import (
    ByteRange,
    Document,
    FileCutError,
    FileTooLargeError,
    ProviderError,
    RangeUnmetError,
)
from wizard.providers.deadline import Deadline

LARGEST = 20 * 1024 * 1024
BEGINNING = 4096
PIECE = 64 * 1024
HOPS = 3
STALL_SECONDS = 8.0  # without receiving a byte
WHOLE_SECONDS = 120.0  # total time waiting for a host; the time of a slow reader is not counted
REDIRECTS = {301, 302, 303, 307, 308}
GONE = {401, 403, 404, 410}
CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}


class AddressExpiredError(ProviderError):
    """The temporary URL has expired or leads nowhere; a new one may help."""


@dataclass(frozen=True)
class _Extent:
    """The bytes of a response, by its headers: ``length`` bytes from ``start``, of ``total``."""

    start: int
    length: int | None
    total: int | None
    ranges: bool


class FetchedFile:
    """An open download: ``head`` has been received, the rest is read on demand."""

    def __init__(self, answer: BaseHTTPResponse, extent: _Extent, head: bytes, beginning: bytes):
        self._answer, self._head = answer, head
        self.beginning = beginning
        self.start, self.length, self.total = extent.start, extent.length, extent.total
        self.ranges = extent.ranges
        self.document = Document("", "")

    def look(self, most: int, *, timeout: float) -> bytes:
        """The first bytes, kept for ``pieces``; raises ProviderError if they do not come in time."""
        deadline = Deadline(timeout, call_seconds=timeout)
        try:
            while len(self._head) < most and (piece := self._next()):
                self._head += piece
                if deadline.passed:
                    raise _failed("timeout")
        except FileCutError:
            raise _failed("file_broken_off") from None
        return self._head[:most]

    def pieces(self) -> Iterator[bytes]:
        """The bytes, once; raises FileCutError if they are too few, too many or too slow."""
        waited, sent, piece = 0.0, 0, self._head
        while piece:
            sent += len(piece)
            if sent > (LARGEST if self.length is None else self.length):
                raise FileCutError("too long")
            yield piece
            began = time.monotonic()
            piece = self._next()
            waited += time.monotonic() - began
            if waited > WHOLE_SECONDS:
                raise FileCutError("too slow")
        if self.length is not None and sent != self.length:
            raise FileCutError("too short")

    def close(self) -> None:
        """Close the connection, which is not reused."""
        self._answer.close()

    def _next(self) -> bytes:
        try:
            return self._answer.read1(PIECE, decode_content=False)
        except (HTTPError, OSError, ValueError):
            raise FileCutError("broken off") from None


class FileFetcher:
    """Downloads from hosts that match the given patterns; from this computer only if ``local`` is set."""

    def __init__(self, hosts: str, *, local: bool, stall_seconds: float = STALL_SECONDS) -> None:
        self._hosts = hosts.lower().split()
        self._local = local
        self._stall_seconds = stall_seconds

    def open(self, url: str, *, wanted: ByteRange | None = None, timeout: float) -> FetchedFile:
        """Open the file, or the range if its host supports ranges; first bytes within ``timeout`` seconds.

        Raises AddressExpiredError, FileTooLargeError, RangeUnmetError, or ProviderError if the
        host is not allowed or fails.
        """
        deadline = Deadline(timeout, call_seconds=timeout)
        if wanted is None or _holds_beginning(wanted):
            return self._open(url, wanted, deadline, b"")
        first = self._open(url, ByteRange(0, BEGINNING), deadline, b"")
        if not first.ranges:
            return first
        first.close()
        return self._open(url, wanted, deadline, first.beginning)

    def first_bytes(self, url: str, *, timeout: float) -> bytes:
        """The first kilobytes of a file; raises the same errors as ``open``."""
        file = self.open(url, timeout=timeout)
        file.close()
        return file.beginning

    def _open(
        self, url: str, wanted: ByteRange | None, deadline: Deadline, beginning: bytes
    ) -> FetchedFile:
        answer = self._follow(url, wanted or ByteRange(0), deadline)
        try:
            extent = _extent(answer, wanted or ByteRange(0))
            head = _head(answer, deadline)
        except BaseException:
            answer.close()
            raise
        return FetchedFile(answer, extent, head, beginning or head[:BEGINNING])

    def _follow(self, url: str, wanted: ByteRange, deadline: Deadline) -> BaseHTTPResponse:
        """The response after at most a few redirects; each target is checked like the first URL."""
        for _ in range(HOPS + 1):
            answer = self._ask(url, wanted, deadline)
            if answer.status not in REDIRECTS:
                return answer
            answer.close()
            url = _joined(url, answer.headers.get("Location", ""))
        raise _failed("file_redirects")

    def _ask(self, url: str, wanted: ByteRange, deadline: Deadline) -> BaseHTTPResponse:
        parts = _split(url)
        self._allow(parts)
        with suppress(HTTPError, OSError, ValueError, UnreachableError):
            try:
                return ask(
                    "GET",
                    parts,
                    {**HEADERS, "Range": _range_header(wanted)},
                    reach=Reach.THIS_COMPUTER if self._local else Reach.INTERNET,
                    trusted=_trusted(DEFAULT_CA_BUNDLE_PATH),
                    timeout=Timeout(total=deadline.left, read=self._stall_seconds),
                    stall_seconds=self._stall_seconds,
                )
            except InnerAddressError:
                raise ProviderError(Cause.OUR_CONFIGURATION, code="file_host_private") from None
        raise _failed("file_host_away")

    def _allow(self, parts: SplitResult) -> None:
        secure = parts.scheme == "https" and (self._local or parts.port in {None, PORTS["https"]})
        plain = self._local and parts.scheme == "http"
        named = any(fnmatchcase(parts.hostname or "", pattern) for pattern in self._hosts)
        if not (secure or plain) or not named or "@" in parts.netloc:
            raise _forbidden()


@cache
def _trusted(bundle: str) -> ssl.SSLContext:
    """The TLS context with trusted certificates; cached, since reading takes longer than a handshake."""
    return ssl.create_default_context(cafile=bundle)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed on access
    except ValueError:
        raise _forbidden() from None
    return parts


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise _forbidden() from None


def _holds_beginning(wanted: ByteRange) -> bool:
    """True if the range starts the file and is long enough to determine its media type."""
    return wanted.start == 0 and (wanted.stop is None or wanted.stop >= BEGINNING)


def _range_header(wanted: ByteRange) -> str:
    """The Range header; always sent, since the response shows whether ranges are supported."""
    if wanted.start < 0:
        return f"bytes={wanted.start}"
    return f"bytes={wanted.start}-{'' if wanted.stop is None else wanted.stop - 1}"


def _extent(answer: BaseHTTPResponse, wanted: ByteRange) -> _Extent:
    """The bytes that the response announces; raises ProviderError if contradictory or too many."""
    if answer.status in GONE:
        raise AddressExpiredError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="file_gone")
    if answer.headers.get("Content-Encoding", "").lower() not in {"", "identity"}:
        raise _failed("file_encoding")  # a compressed response can expand to any size
    given = answer.headers.get("Content-Length", "")
    length = int(given) if given.isascii() and given.isdecimal() else None
    if answer.status == 200:
        extent = _Extent(0, length, length, ranges=False)
    elif answer.status in {206, 416}:
        extent = _partial(answer, wanted, length)
    else:
        raise _failed(str(answer.status))
    if max(extent.length or 0, extent.total or 0) > LARGEST:
        raise FileTooLargeError(Cause.OUR_CONFIGURATION, code="file_too_large")
    return extent


def _partial(answer: BaseHTTPResponse, wanted: ByteRange, length: int | None) -> _Extent:
    """The extent of a 206; its two headers must agree with each other and with the request."""
    said = CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    total = int(said[3]) if said and said[3] != "*" else None
    if answer.status == 416:
        if total == 0 and wanted.start == 0:
            return _Extent(0, 0, 0, ranges=False)
        raise RangeUnmetError(total or 0)
    if said is None or said[1] is None:
        raise _failed("file_range")
    first, last = int(said[1]), int(said[2])
    start = wanted.start
    if start < 0:
        start = max(0, total + start) if total is not None else first
    if first != start or length not in {None, last - first + 1}:
        raise _failed("file_range")
    if wanted == ByteRange(0) and total not in {None, last + 1}:
        raise _failed("file_range")
    return _Extent(first, last - first + 1, total, ranges=True)


def _head(answer: BaseHTTPResponse, deadline: Deadline) -> bytes:
    """The first bytes, enough to determine the media type; fewer if the file ends or breaks off."""
    head = b""
    if answer.status == 416:
        return head
    try:
        while len(head) < BEGINNING and not deadline.passed:
            piece = answer.read1(PIECE, decode_content=False)
            if not piece:
                return head
            head += piece
    except (HTTPError, OSError, ValueError):
        raise _failed("file_broken_off") from None
    if len(head) < BEGINNING:
        raise _failed("timeout")
    return head


def _failed(code: str) -> ProviderError:
    return ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code=code)


def _forbidden() -> ProviderError:
    return ProviderError(Cause.OUR_CONFIGURATION, code="file_host")
