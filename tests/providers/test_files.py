"""Fetching files from hosts that lie, break off, drip, or lead where nobody may go."""

import gzip
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from tests.mail.certificates import self_signed
from wizard.causes import Cause
from wizard.providers import files
from wizard.providers.base import (
    ByteRange,
    FileCutError,
    FileTooLargeError,
    ProviderError,
    RangeUnmetError,
)
from wizard.providers.files import LARGEST, AddressExpiredError, FetchedFile, FileFetcher

SECONDS = 5.0
BODY = b"%PDF-1.4\n" + b"".join(number.to_bytes(4) for number in range(6400))  # no part twice
Answer = Callable[[socket.socket, str], None]


@dataclass
class Host:
    """A host that answers each request as it is told to, and remembers what it was asked."""

    listening: socket.socket
    context: ssl.SSLContext | None = None
    answer: Answer = field(default=lambda _line, _request: None)
    asked: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        port: int = self.listening.getsockname()[1]
        return port

    def url(self, path: str = "/file", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def serve(self) -> None:
        while True:
            try:
                line, _ = self.listening.accept()
                Thread(target=self._serve, args=(line,), daemon=True).start()
            except OSError:
                return

    def _serve(self, line: socket.socket) -> None:
        try:
            if self.context:
                line = self.context.wrap_socket(line, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request and (piece := line.recv(65536)):
                request += piece
            self.asked.append(request.decode())
            self.answer(line, request.decode())
        except OSError:
            pass  # the client has gone, which is for the test to see
        finally:
            line.close()


@pytest.fixture
def host() -> Iterator[Host]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = Host(listening)
        Thread(target=serving.serve, daemon=True).start()
        yield serving
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def fetcher() -> FileFetcher:
    return FileFetcher("127.0.0.1 localhost", local=True, stall_seconds=0.3)


def says(status: str, body: bytes = b"", **headers: object) -> Answer:
    """An answer with exactly these headers."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode()
    return lambda line, _request: line.sendall(head + body)


def whole(body: bytes = BODY, **headers: object) -> Answer:
    return says("200 OK", body, Content_Length=len(body), **headers)


def in_parts(line: socket.socket, request: str) -> None:
    """As a host that gives parts: 206 for what was asked for."""
    asked = next(one for one in request.splitlines() if one.lower().startswith("range:"))
    first, _, last = asked.partition("=")[2].partition("-")
    start = int(first) if first else max(0, len(BODY) - int(last))
    stop = min(int(last) + 1 if last and first else len(BODY), len(BODY))
    if start >= len(BODY):
        says("416 No", Content_Range=f"bytes */{len(BODY)}", Content_Length=0)(line, request)
        return
    says(
        "206 Partial Content",
        BODY[start:stop],
        Content_Range=f"bytes {start}-{stop - 1}/{len(BODY)}",
        Content_Length=stop - start,
    )(line, request)


def read(file: FetchedFile) -> bytes:
    try:
        return b"".join(file.pieces())
    finally:
        file.close()


def failure(call: Callable[[], object]) -> ProviderError:
    with pytest.raises(ProviderError) as failed:
        call()
    return failed.value


def test_a_file_comes_byte_for_byte_without_a_token(host: Host, fetcher: FileFetcher) -> None:
    host.answer = whole()
    file = fetcher.open(host.url("/a/b?c=d"), timeout=SECONDS)
    assert (file.length, file.total, file.ranges) == (len(BODY), len(BODY), False)
    assert file.beginning == BODY[: files.BEGINNING]
    assert read(file) == BODY
    request = host.asked[0].lower()
    assert request.startswith("get /a/b?c=d http/1.1")
    assert "authorization" not in request
    assert "accept-encoding: identity" in request
    assert f"host: 127.0.0.1:{host.port}" in request


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        (ByteRange(0), slice(None)),
        (ByteRange(0, 10), slice(10)),
        (ByteRange(100, 200), slice(100, 200)),
        (ByteRange(100), slice(100, None)),
        (ByteRange(-50), slice(-50, None)),
        (ByteRange(100, 10**9), slice(100, None)),
    ],
)
def test_a_part_is_given_where_the_host_gives_parts(
    host: Host, fetcher: FileFetcher, wanted: ByteRange, part: slice
) -> None:
    host.answer = in_parts
    file = fetcher.open(host.url(), wanted=wanted, timeout=SECONDS)
    assert file.ranges
    assert file.beginning.startswith(BODY[:10])  # whatever part it is, its kind can be judged
    assert read(file) == BODY[part]
    start, stop, _ = part.indices(len(BODY))
    assert (file.start, file.length, file.total) == (start, stop - start, len(BODY))


def test_where_the_host_gives_no_parts_the_whole_comes(host: Host, fetcher: FileFetcher) -> None:
    host.answer = whole()
    file = fetcher.open(host.url(), wanted=ByteRange(100, 200), timeout=SECONDS)
    assert (file.start, file.ranges) == (0, False)
    assert read(file) == BODY


def test_a_part_that_is_not_there_is_told_with_the_length(host: Host, fetcher: FileFetcher) -> None:
    host.answer = in_parts
    error = failure(lambda: fetcher.open(host.url(), wanted=ByteRange(10**6), timeout=SECONDS))
    assert isinstance(error, RangeUnmetError)
    assert error.total == len(BODY)


@pytest.mark.parametrize("status", ["401 No", "403 No", "404 No", "410 No"])
def test_an_address_that_has_ended_is_told_apart(
    host: Host, fetcher: FileFetcher, status: str
) -> None:
    host.answer = says(status, Content_Length=0)
    assert isinstance(
        failure(lambda: fetcher.open(host.url(), timeout=SECONDS)), AddressExpiredError
    )


@pytest.mark.parametrize("status", ["204 No", "304 No", "400 No", "429 No", "500 No", "503 No"])
def test_any_other_answer_is_worth_another_try(
    host: Host, fetcher: FileFetcher, status: str
) -> None:
    host.answer = says(status, Content_Length=0)
    assert failure(lambda: fetcher.open(host.url(), timeout=SECONDS)).transient


@pytest.mark.parametrize(
    "answer",
    [
        says("200 OK", BODY, Content_Length=len(BODY) * 2),
        says("200 OK", BODY[:5000], Content_Length=len(BODY)),
        says("200 OK", b"6400\r\n" + BODY, Transfer_Encoding="chunked"),
    ],
    ids=["longer than it is", "cut", "cut in chunks"],
)
def test_what_breaks_off_never_looks_whole(
    host: Host, fetcher: FileFetcher, answer: Answer
) -> None:
    host.answer = answer
    file = fetcher.open(host.url(), timeout=SECONDS)
    with pytest.raises(FileCutError):
        read(file)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Range": f"bytes 0-{len(BODY) - 1}/{len(BODY)}", "Content_Length": 10},
        {"Content_Range": f"bytes 0-9/{len(BODY)}", "Content_Length": 10},
        {"Content_Range": f"bytes 5-{len(BODY) - 1}/{len(BODY)}"},
        {"Content_Range": "nonsense"},
        {"Content_Length": 10},
        {"Content_Range": f"bytes 9-0/{len(BODY)}"},
    ],
)
def test_an_answer_whose_lengths_disagree_is_not_taken(
    host: Host, fetcher: FileFetcher, headers: dict[str, object]
) -> None:
    host.answer = says("206 Partial", BODY, **headers)
    assert failure(lambda: read(fetcher.open(host.url(), timeout=SECONDS))).transient


def test_a_host_that_stops_is_not_waited_for(host: Host, fetcher: FileFetcher) -> None:
    done = Event()

    def stop(line: socket.socket, request: str) -> None:
        says("200 OK", BODY[:10_000], Content_Length=len(BODY))(line, request)
        done.wait(SECONDS)

    host.answer = stop
    file = fetcher.open(host.url(), timeout=SECONDS)
    with pytest.raises(FileCutError):
        read(file)
    done.set()


def test_a_host_that_drips_has_its_time(
    host: Host, fetcher: FileFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(line: socket.socket, request: str) -> None:
        says("200 OK", BODY[:5000], Content_Length=10**7)(line, request)
        waiting = Event()
        while not waiting.wait(0.01):
            line.sendall(b"x")

    host.answer = drip
    monkeypatch.setattr(files, "WHOLE_SECONDS", 0.2)
    file = fetcher.open(host.url(), timeout=SECONDS)
    with pytest.raises(FileCutError):
        read(file)


def test_a_beginning_that_drips_has_its_time(host: Host, fetcher: FileFetcher) -> None:
    def drip(line: socket.socket, request: str) -> None:
        says("200 OK", b"x", Content_Length=10**6)(line, request)
        waiting = Event()
        while not waiting.wait(0.01):
            line.sendall(b"x")

    host.answer = drip
    assert failure(lambda: fetcher.open(host.url(), timeout=0.2)).code == "timeout"


def test_an_empty_file_is_empty(host: Host, fetcher: FileFetcher) -> None:
    for answer in (whole(b""), says("416 No", Content_Range="bytes */0", Content_Length=0)):
        host.answer = answer
        file = fetcher.open(host.url(), timeout=SECONDS)
        assert (file.length, read(file)) == (0, b"")


def test_a_file_that_is_too_large_is_not_begun(host: Host, fetcher: FileFetcher) -> None:
    for length in (LARGEST + 1, 10**30):
        host.answer = says("200 OK", BODY, Content_Length=length)
        error = failure(lambda: fetcher.open(host.url(), timeout=SECONDS))
        assert isinstance(error, FileTooLargeError)


def test_a_file_without_length_ends_at_the_limit(host: Host, fetcher: FileFetcher) -> None:
    def endless(line: socket.socket, request: str) -> None:
        says("200 OK")(line, request)
        while True:
            line.sendall(bytes(65536))

    host.answer = endless
    file = fetcher.open(host.url(), timeout=SECONDS)
    sent: list[int] = []
    with pytest.raises(FileCutError):
        sent.extend(map(len, file.pieces()))
    assert sum(sent) <= LARGEST


def test_a_packed_file_that_swells_is_not_unpacked(host: Host, fetcher: FileFetcher) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    for encoding in ("gzip", "br", "GZIP, identity"):
        host.answer = whole(bomb, Content_Encoding=encoding)
        error = failure(lambda: fetcher.open(host.url(), timeout=SECONDS))
        assert error.code == "file_encoding"


def test_redirects_are_followed_a_few_times_within_what_is_allowed(
    host: Host, fetcher: FileFetcher
) -> None:
    def lead(line: socket.socket, request: str) -> None:
        hops = int(request.split()[1].removeprefix("/"))
        to = whole() if hops == 0 else says("302 Found", Location=f"/{hops - 1}", Content_Length=0)
        to(line, request)

    host.answer = lead
    assert read(fetcher.open(host.url("/3"), timeout=SECONDS)) == BODY
    assert failure(lambda: fetcher.open(host.url("/4"), timeout=SECONDS)).code == "file_redirects"


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://evil.example/file",
        "file:///etc/passwd",
        "ftp://127.0.0.1/file",
        "http://127.0.0.1@evil.example/",
        "http://evil.example\\@127.0.0.1/",
        "//evil.example/",
        "http://[::1",
        "http://127.0.0.1:99999/",
    ],
)
def test_a_redirect_to_anywhere_else_is_not_followed(
    host: Host, fetcher: FileFetcher, to: str
) -> None:
    host.answer = says("302 Found", Location=to, Content_Length=0)
    error = failure(lambda: fetcher.open(host.url(), timeout=SECONDS))
    assert (error.cause, error.code) == (Cause.OUR_CONFIGURATION, "file_host")
    assert len(host.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://storage.vismaonline.com/file",
        "https://vismaonline.com.evil.example/file",
        "https://evilvismaonline.com/file",
        "https://storage.vismaonline.com:8443/file",
        "https://user:secret@storage.vismaonline.com/file",
        "https://127.0.0.1/file",
        "https://storage.vismaonline.com./file",
        "javascript:alert(1)",
        "",
    ],
)
def test_in_earnest_only_https_to_the_hosts_allowed(url: str) -> None:
    fetcher = FileFetcher("*.vismaonline.com", local=False)
    assert failure(lambda: fetcher.open(url, timeout=SECONDS)).code == "file_host"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
    ],
)
def test_a_host_whose_name_leads_inside_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolve(monkeypatch, "93.184.216.34", address)
    fetcher = FileFetcher("*.vismaonline.com", local=False)
    error = failure(lambda: fetcher.open("https://a.vismaonline.com/file", timeout=SECONDS))
    assert error.code == "file_host_private"


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name lead to these addresses; the names that were looked up."""
    looked_up: list[str] = []

    def answer(name: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        looked_up.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return looked_up


def test_the_name_is_looked_up_once_and_the_address_judged_is_the_one_asked(
    host: Host, fetcher: FileFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.answer = whole()
    looked_up = resolve(monkeypatch, "127.0.0.1")
    assert read(fetcher.open(host.url(host="localhost"), timeout=SECONDS)) == BODY
    assert looked_up.count("localhost") == 1
    assert f"Host: localhost:{host.port}" in host.asked[0]


def secured(host: Host, folder: Path, name: str) -> Path:
    """Let a host speak TLS with a certificate for a name; who vouches for it."""
    certificate = self_signed(folder, name)
    host.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    host.context.load_cert_chain(certificate)
    host.context.sni_callback = lambda _line, asked, _context: host.names.append(str(asked))
    host.answer = whole()
    return certificate


def test_the_certificate_is_for_the_name_and_not_the_address(
    host: Host, fetcher: FileFetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = secured(host, tmp_path, "localhost")
    monkeypatch.setattr(files, "DEFAULT_CA_BUNDLE_PATH", str(trusted))
    url = host.url(host="localhost", scheme="https")
    assert read(fetcher.open(url, timeout=SECONDS)) == BODY
    assert host.names == ["localhost"]


@pytest.mark.parametrize("name", ["storage.vismaonline.com", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(
    host: Host, fetcher: FileFetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(files, "DEFAULT_CA_BUNDLE_PATH", str(secured(host, tmp_path, name)))
    url = host.url(host="localhost", scheme="https")
    assert failure(lambda: fetcher.open(url, timeout=SECONDS)).code == "file_host_away"
    assert not any(host.asked)


def test_a_certificate_nobody_vouches_for_is_refused(
    host: Host, fetcher: FileFetcher, tmp_path: Path
) -> None:
    secured(host, tmp_path, "localhost")
    url = host.url(host="localhost", scheme="https")
    assert failure(lambda: fetcher.open(url, timeout=SECONDS)).code == "file_host_away"
    assert not any(host.asked)


def test_an_address_is_in_no_message(host: Host, fetcher: FileFetcher) -> None:
    host.answer = says("500 No", Content_Length=0)
    error = failure(lambda: fetcher.open(host.url("/secret"), timeout=SECONDS))
    assert "secret" not in f"{error!r} {error.__cause__!r} {error.__context__!r}"
    assert "secret" not in repr(fetcher)
