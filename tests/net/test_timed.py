"""Answers that drip end in time wherever they do it, and what has come whole is read though it is late."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from threading import Event, Thread

import pytest
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from tests.conftest import SETTINGS
from tests.providers.hosts import Answer, Host, failure, host_of_files, impatient
from tests.support.certificates import self_signed
from wizard import config
from wizard.net.connections import SecureTimedPool
from wizard.net.timed import TimedResponse
from wizard.providers.base import Provider, ProviderError
from wizard.registry import make_providers

SECONDS = 0.3
OK, TOKENS = b"HTTP/1.1 200 OK\r\n", b'{"access_token": "a", "refresh_token": "r"}'
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = OK + b"Content-Length: %d\r\n\r\n" % len(TOKENS) + TOKENS
GOES_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.fixture
def host() -> Iterator[Host]:
    with host_of_files() as serving:
        yield serving


@pytest.fixture
def provider(host: Host) -> Provider:
    """Visma, at the host."""
    url = host.url("")
    given = {**SETTINGS, "visma_identity_url": url, "visma_api_url": url}
    return make_providers(config.Settings(**given))["visma"]  # type: ignore[arg-type]


def drips(beginning: bytes, drop: bytes) -> Answer:
    """A beginning, and then a drop at a time for as long as anybody listens."""

    def answer(line: socket.socket, _request: str) -> None:
        line.sendall(beginning)
        never = Event()
        while not never.wait(0.05):
            line.sendall(drop)

    return answer


@pytest.mark.parametrize(
    ("beginning", "drop"),
    [
        (b"", b"H"),
        (b"", GOES_ON),
        (OK, b"a"),
        (OK + b"Content-Length: 999\r\n\r\n", b" "),
        (OK + b"\r\n", b" "),
        (CHUNKED, b"1\r\n \r\n"),
        (CHUNKED, b"0"),
        (CHUNKED + b"1;", b"a"),
        (CHUNKED + b"0\r\n", b"A: b\r\n"),
    ],
)
def test_an_answer_that_drips_ends_in_time_wherever_it_does(
    host: Host, provider: Provider, beginning: bytes, drop: bytes
) -> None:
    host.answer = drips(beginning, drop)
    with pytest.raises(ProviderError) as told:
        provider.refresh("r", timeout=SECONDS)
    assert told.value.transient


def test_so_does_one_over_tls(host: Host, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "127.0.0.1")
    host.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    host.context.load_cert_chain(certificate)
    host.answer = drips(OK, b"a")
    with (
        SecureTimedPool("127.0.0.1", host.port, ca_certs=str(certificate)) as pool,
        pytest.raises(HTTPError),
    ):
        pool.urlopen("GET", "/", timeout=Timeout(total=SECONDS), retries=False)
    assert host.asked


@pytest.mark.parametrize(("beginning", "drop"), [(b"", b"H"), (b"", GOES_ON), (OK, b"a")])
def test_neither_does_the_head_of_a_file_drip_for_ever(
    host: Host, beginning: bytes, drop: bytes
) -> None:
    host.answer = drips(beginning, drop)
    assert failure(lambda: impatient().open(host.url(), timeout=SECONDS)).code == "file_host_away"


def late(line: socket.socket) -> TimedResponse:
    """An answer whose time is over when it is looked for."""
    line.settimeout(1e-6)
    return TimedResponse(line, method="POST")


def test_an_answer_that_has_come_whole_is_read_though_its_time_is_over() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(GOES_ON + WHOLE)
        with late(here) as answer:
            answer.begin()
            assert answer.read() == TOKENS


def test_one_that_has_not_is_not_waited_for() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(WHOLE[:-1])
        with late(here) as answer:
            answer.begin()
            with pytest.raises(TimeoutError):
                answer.read()


def test_one_that_never_ends_is_not_read_for_ever() -> None:
    here, there = socket.socketpair()

    def flood() -> None:
        with suppress(OSError):
            for piece in repeat(GOES_ON * 1000):
                there.sendall(piece)

    with here, there, late(here) as answer:
        there.sendall(GOES_ON)
        Thread(target=flood, daemon=True).start()
        with pytest.raises(TimeoutError):
            answer.begin()
