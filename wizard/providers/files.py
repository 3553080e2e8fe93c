"""Fetching files from temporary addresses: only from allowed hosts, never with our token.

The host is resolved once; the address that was judged is the one connected to, with the host's name
in the handshake, the certificate and the request. Nothing here is logged, since an address is a key.
"""

import ipaddress
import logging
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, urljoin, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from wizard.causes import Cause
from wizard.providers.base import (
    ByteRange,
    Document,
    FileCutError,
    FileTooLargeError,
    ProviderError,
    RangeUnmetError,
)
from wizard.providers.countdown import Countdown
from wizard.providers.timed import HeadTimedPool, SecureHeadTimedPool

LARGEST = 20 * 1024 * 1024
BEGINNING = 4096
PIECE = 64 * 1024
HOPS = 3
CONNECT_SECONDS = 3.0
STALL_SECONDS = 8.0  # without a single byte
WHOLE_SECONDS = 120.0  # waiting for a host in all; a slow reader's own time is not counted
REDIRECTS = {301, 302, 303, 307, 308}
GONE = {401, 403, 404, 410}
CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}

# Says the whole address when an answer's header lines cannot be read.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class AddressExpiredError(ProviderError):
    """There is nothing at the address, or no longer: a new one may help."""


@dataclass(frozen=True)
class _Extent:
    """Which bytes an answer holds, as it says: from ``start``, ``length`` of them, of ``total``."""

    start: int
    length: int | None
    total: int | None
    ranges: bool


class FetchedFile:
    """A file on its way from its host: ``head`` has come, the rest is fetched when asked for."""

    def __init__(self, answer: BaseHTTPResponse, extent: _Extent, head: bytes, beginning: bytes):
        self._answer, self._head = answer, head
        self.beginning = beginning
        self.start, self.length, self.total = extent.start, extent.length, extent.total
        self.ranges = extent.ranges
        self.document = Document("", "")

    def pieces(self) -> Iterator[bytes]:
        """The bytes, once; FileCutError when they are too few, too many or too slow."""
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
        """Let go of the connection, which is used for nothing else."""
        self._answer.close()

    def _next(self) -> bytes:
        try:
            return self._answer.read1(PIECE, decode_content=False)
        except (HTTPError, OSError, ValueError):
            raise FileCutError("broken off") from None


class FileFetcher:
    """Fetches from the hosts given as patterns; from this machine only when ``local`` is set."""

    def __init__(self, hosts: str, *, local: bool, stall_seconds: float = STALL_SECONDS) -> None:
        self._hosts = hosts.lower().split()
        self._local = local
        self._stall_seconds = stall_seconds

    def open(self, url: str, *, wanted: ByteRange | None = None, timeout: float) -> FetchedFile:
        """The file, or the part wanted where its host gives parts; its beginning within ``timeout``.

        Raises AddressExpiredError, FileTooLargeError, RangeUnmetError, or ProviderError when its
        host is not allowed or fails.
        """
        countdown = Countdown(timeout)
        if wanted is None or _holds_beginning(wanted):
            return self._open(url, wanted, countdown, b"")
        first = self._open(url, ByteRange(0, BEGINNING), countdown, b"")
        if not first.ranges:
            return first
        first.close()
        return self._open(url, wanted, countdown, first.beginning)

    def first_bytes(self, url: str, *, timeout: float) -> bytes:
        """The first kilobytes of a file; errors as above."""
        file = self.open(url, timeout=timeout)
        file.close()
        return file.beginning

    def _open(
        self, url: str, wanted: ByteRange | None, countdown: Countdown, beginning: bytes
    ) -> FetchedFile:
        answer = self._follow(url, wanted or ByteRange(0), countdown)
        try:
            extent = _extent(answer, wanted or ByteRange(0))
            head = _head(answer, countdown)
        except BaseException:
            answer.close()
            raise
        return FetchedFile(answer, extent, head, beginning or head[:BEGINNING])

    def _follow(self, url: str, wanted: ByteRange, countdown: Countdown) -> BaseHTTPResponse:
        """The answer at the end of a few redirects, each judged as the first address was."""
        for _ in range(HOPS + 1):
            answer = self._ask(url, wanted, countdown)
            if answer.status not in REDIRECTS:
                return answer
            answer.close()
            url = _joined(url, answer.headers.get("Location", ""))
        raise _failed("file_redirects")

    def _ask(self, url: str, wanted: ByteRange, countdown: Countdown) -> BaseHTTPResponse:
        parts = _split(url)
        secure, host = parts.scheme == "https", parts.hostname or ""
        port = parts.port or (443 if secure else 80)
        self._allow(parts, host, port)
        headers = {**HEADERS, "Host": parts.netloc, "Range": _range_header(wanted)}
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        for address in self._resolve(host, port):
            timeout = Timeout(
                connect=min(CONNECT_SECONDS, countdown.left), read=self._stall_seconds
            )
            try:
                return _pool(address, host, port, secure=secure).urlopen(
                    "GET",
                    path,
                    headers=headers,
                    timeout=timeout,
                    retries=False,
                    redirect=False,
                    assert_same_host=False,
                    preload_content=False,
                    decode_content=False,
                )
            except (NewConnectionError, ConnectTimeoutError):
                continue  # another of its machines may be up
            except (HTTPError, OSError, ValueError):
                break
        raise _failed("file_host_away")

    def _allow(self, parts: SplitResult, host: str, port: int) -> None:
        secure = parts.scheme == "https" and (self._local or port == 443)
        named = any(fnmatchcase(host, pattern) for pattern in self._hosts)
        plain = self._local and parts.scheme == "http"
        if not (secure or plain) or not named or "@" in parts.netloc:
            raise _forbidden()

    def _resolve(self, host: str, port: int) -> list[str]:
        """The addresses to connect to; none of the host's may be one that is not to be reached."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise _failed("file_host_away") from None
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not addresses or not all(map(self._may_reach, addresses)):
            raise ProviderError(Cause.OUR_CONFIGURATION, code="file_host_private")
        return addresses

    def _may_reach(self, address: str) -> bool:
        parsed = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(parsed, ipaddress.IPv6Address):
            if parsed.sixtofour or parsed.teredo or parsed in TRANSLATED:
                return False  # another address within, that would be the one reached
            parsed = parsed.ipv4_mapped or parsed
        return parsed.is_loopback if self._local else parsed.is_global and not parsed.is_multicast


def _pool(address: str, host: str, port: int, *, secure: bool) -> HTTPConnectionPool:
    if not secure:
        return HeadTimedPool(address, port)
    return SecureHeadTimedPool(
        address,
        port,
        server_hostname=host,
        assert_hostname=host,
        cert_reqs="CERT_REQUIRED",
        ca_certs=DEFAULT_CA_BUNDLE_PATH,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # which is read only now
    except ValueError:
        raise _forbidden() from None
    return parts


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise _forbidden() from None


def _holds_beginning(wanted: ByteRange) -> bool:
    """Whether the part wanted begins the file, and is enough of it to judge it by."""
    return wanted.start == 0 and (wanted.stop is None or wanted.stop >= BEGINNING)


def _range_header(wanted: ByteRange) -> str:
    """Asked for always, from the first byte if need be: the answer tells whether parts are given."""
    if wanted.start < 0:
        return f"bytes={wanted.start}"
    return f"bytes={wanted.start}-{'' if wanted.stop is None else wanted.stop - 1}"


def _extent(answer: BaseHTTPResponse, wanted: ByteRange) -> _Extent:
    """What the answer says that it holds; a ProviderError when it cannot be, or is too much."""
    if answer.status in GONE:
        raise AddressExpiredError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="file_gone")
    if answer.headers.get("Content-Encoding", "").lower() not in {"", "identity"}:
        raise _failed("file_encoding")  # a small answer that may swell to any size
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
    """As the two headers say, which must agree with each other and with what was asked for."""
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


def _head(answer: BaseHTTPResponse, countdown: Countdown) -> bytes:
    """The first bytes, enough to judge by; fewer when that is all, or it breaks off."""
    head = b""
    if answer.status == 416:
        return head
    try:
        while len(head) < BEGINNING and not countdown.passed:
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
