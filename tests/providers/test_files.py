"""Downloads from hosts that send false lengths, break off or are slow."""

import gzip
import socket
from collections.abc import Iterator
from threading import Event

import pytest

from tests.providers.hosts import (
    BODY,
    SECONDS,
    Answer,
    Host,
    failure,
    host_of_files,
    impatient,
    read,
    says,
    whole,
)
from wizard.providers import files
from wizard.providers.base import ByteRange, FileCutError, FileTooLargeError, RangeUnmetError
from wizard.providers.files import LARGEST, AddressExpiredError, FileFetcher


@pytest.fixture
def host() -> Iterator[Host]:
    with host_of_files() as host:
        yield host


@pytest.fixture
def fetcher() -> FileFetcher:
    return impatient()


def in_parts(line: socket.socket, request: str) -> None:
    """Answer like a host with ranges: 206 for the requested range."""
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
        (ByteRange(0, 2), slice(2)),
        (ByteRange(0, 10), slice(10)),
        (ByteRange(100, 200), slice(100, 200)),
        (ByteRange(100), slice(100, None)),
        (ByteRange(-50), slice(-50, None)),
        (ByteRange(100, 10**9), slice(100, None)),
    ],
)
def test_a_range_is_returned_if_the_host_supports_ranges(
    host: Host, fetcher: FileFetcher, wanted: ByteRange, part: slice
) -> None:
    host.answer = in_parts
    file = fetcher.open(host.url(), wanted=wanted, timeout=SECONDS)
    assert file.ranges
    assert file.beginning == BODY[: files.BEGINNING]  # the beginning is available for every range
    assert read(file) == BODY[part]
    start, stop, _ = part.indices(len(BODY))
    assert (file.start, file.length, file.total) == (start, stop - start, len(BODY))


def test_the_whole_file_is_returned_if_the_host_supports_no_ranges(
    host: Host, fetcher: FileFetcher
) -> None:
    host.answer = whole()
    file = fetcher.open(host.url(), wanted=ByteRange(100, 200), timeout=SECONDS)
    assert (file.start, file.ranges) == (0, False)
    assert read(file) == BODY


def test_a_range_outside_the_file_raises_an_error_with_the_length(
    host: Host, fetcher: FileFetcher
) -> None:
    host.answer = in_parts
    error = failure(lambda: fetcher.open(host.url(), wanted=ByteRange(10**6), timeout=SECONDS))
    assert isinstance(error, RangeUnmetError)
    assert error.total == len(BODY)


@pytest.mark.parametrize("status", ["401 No", "403 No", "404 No", "410 No"])
def test_an_expired_url_raises_its_own_error(host: Host, fetcher: FileFetcher, status: str) -> None:
    host.answer = says(status, Content_Length=0)
    assert isinstance(
        failure(lambda: fetcher.open(host.url(), timeout=SECONDS)), AddressExpiredError
    )


@pytest.mark.parametrize("status", ["204 No", "304 No", "400 No", "429 No", "500 No", "503 No"])
def test_any_other_error_is_transient(host: Host, fetcher: FileFetcher, status: str) -> None:
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
def test_an_incomplete_file_never_passes_as_complete(
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
def test_a_response_with_contradictory_lengths_is_refused(
    host: Host, fetcher: FileFetcher, headers: dict[str, object]
) -> None:
    host.answer = says("206 Partial", BODY, **headers)
    assert failure(lambda: read(fetcher.open(host.url(), timeout=SECONDS))).transient


def test_a_host_that_stops_sending_times_out(host: Host, fetcher: FileFetcher) -> None:
    done = Event()

    def stop(line: socket.socket, request: str) -> None:
        says("200 OK", BODY[:10_000], Content_Length=len(BODY))(line, request)
        done.wait(SECONDS)

    host.answer = stop
    file = fetcher.open(host.url(), timeout=SECONDS)
    with pytest.raises(FileCutError):
        read(file)
    done.set()


def test_a_slow_host_is_limited_in_total_time(
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


def test_slow_first_bytes_are_limited_in_time(host: Host, fetcher: FileFetcher) -> None:
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


def test_a_too_large_file_is_not_downloaded(host: Host, fetcher: FileFetcher) -> None:
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


def test_a_compressed_file_is_refused(host: Host, fetcher: FileFetcher) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    for encoding in ("gzip", "br", "GZIP, identity"):
        host.answer = whole(bomb, Content_Encoding=encoding)
        error = failure(lambda: fetcher.open(host.url(), timeout=SECONDS))
        assert error.code == "file_encoding"


@pytest.mark.parametrize("encoding", ["", "identity", "Identity"])
def test_a_file_with_the_encoding_identity_is_accepted(
    host: Host, fetcher: FileFetcher, encoding: str
) -> None:
    host.answer = whole(Content_Encoding=encoding)
    assert read(fetcher.open(host.url(), timeout=SECONDS)) == BODY


def test_no_error_message_contains_the_url(host: Host, fetcher: FileFetcher) -> None:
    host.answer = says("500 No", Content_Length=0)
    error = failure(lambda: fetcher.open(host.url("/secret"), timeout=SECONDS))
    assert "secret" not in f"{error!r} {error.__cause__!r} {error.__context__!r}"
    assert "secret" not in repr(fetcher)
