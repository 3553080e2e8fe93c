"""One call to a receiver: over verified TLS, to the address that was checked, bounded in time and size."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.support.certificates import self_signed
from tests.support.receiver import Receiver
from wizard.models import WebhookOutcome
from wizard.net import connections
from wizard.services.webhooks.delivery_queue import DeliveryResult
from wizard.webhooks import posting
from wizard.webhooks.posting import Poster

BODY = b'{"version":1}'


def post(url: str, *, local: bool = True) -> DeliveryResult:
    return Poster(local=local).post(url, {"Content-Type": "application/json"}, BODY)


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "120", 120),
        (503, "120", 120),
        (503, "999999999", 86_400),
        (503, "soon", None),
        (500, "120", None),
        (204, "120", None),
    ],
)
def test_a_receiver_may_ask_to_be_left_alone_for_a_day_at_most(
    status: int, header: str, seconds: int | None
) -> None:
    with Receiver.start() as receiver:
        receiver.answers = lambda _received: status
        receiver.headers = {"Retry-After": header}
        wait = post(receiver.url).wait
    assert (wait and wait.total_seconds()) == seconds


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that says what it likes; its address."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            line, _ = listening.accept()
            with line, suppress(OSError):
                line.recv(65536)
                talk(line)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.close()
        thread.join()


def test_what_is_sent_is_what_was_made() -> None:
    with Receiver.start() as receiver:
        answer = post(receiver.url)
    (received,) = receiver.requests
    assert (answer.outcome, answer.status) == (WebhookOutcome.TAKEN, 204)
    assert received.raw == BODY
    assert received.headers["host"] == receiver.url.split("/")[2]
    assert received.headers["content-length"] == str(len(BODY))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, WebhookOutcome.TAKEN),
        (302, WebhookOutcome.REDIRECTED),
        (400, WebhookOutcome.REFUSED),
        (410, WebhookOutcome.GONE),
        (429, WebhookOutcome.REFUSED),
        (500, WebhookOutcome.REFUSED),
    ],
)
def test_what_the_receiver_answers_is_judged(status: int, outcome: WebhookOutcome) -> None:
    with Receiver.start() as receiver, Receiver.start() as elsewhere:
        receiver.headers = {"Location": elsewhere.url}
        receiver.answers = lambda _received: status
        answer = post(receiver.url)
    assert (answer.outcome, answer.status) == (outcome, status)
    assert elsewhere.requests == []


def test_only_the_beginning_of_an_answer_is_kept_and_nothing_that_cannot_be_shown() -> None:
    with Receiver.start() as receiver:
        receiver.answers = lambda _received: (500, b"fel\x00\x1b[31m\r\n \xff" + b"x" * 10_000_000)
        answer = post(receiver.url)
    assert answer.excerpt
    assert len(answer.excerpt) == posting.EXCERPT
    assert answer.excerpt.startswith("fel[31m \ufffdxxx")


def test_plain_this_computer_and_its_names_are_refused_unless_allowed() -> None:
    with Receiver.start() as receiver:
        for url in (receiver.url, receiver.url.replace("127.0.0.1", "localhost")):
            answer = post(url, local=False)
            assert answer.outcome is WebhookOutcome.PRIVATE_ADDRESS
    assert receiver.requests == []


def test_a_certificate_is_verified_for_the_name_and_the_line_goes_where_the_check_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = self_signed(tmp_path, "analys.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    asked: list[str] = []

    def resolved(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    with Receiver.start(pem) as receiver:
        real = socket.getaddrinfo
        named = receiver.url.replace("127.0.0.1", "analys.example.com")
        wrong = receiver.url.replace("127.0.0.1", "annan.example.com")

        def look_up(host: Any, *rest: Any, **options: Any) -> Any:
            numeric = host == "127.0.0.1"
            return real(host, *rest, **options) if numeric else resolved(host)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        assert post(named).outcome is WebhookOutcome.TAKEN
        assert asked == ["analys.example.com"]  # once: nothing can be said the second time
        assert post(wrong).outcome is WebhookOutcome.NOT_TRUSTED
        assert len(receiver.requests) == 1
        assert receiver.requests[0].headers["host"] == named.split("/")[2]


def test_an_unknown_certificate_is_not_trusted(tmp_path: Path) -> None:
    with Receiver.start(self_signed(tmp_path, "127.0.0.1")) as receiver:
        assert post(receiver.url).outcome is WebhookOutcome.NOT_TRUSTED
    assert receiver.requests == []


def test_plain_http_where_https_was_meant_is_not_trusted() -> None:
    with Receiver.start() as receiver:
        secure = receiver.url.replace("http:", "https:")
        assert post(secure).outcome is WebhookOutcome.NOT_TRUSTED


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/").outcome is WebhookOutcome.UNREACHABLE


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (b"", WebhookOutcome.UNREACHABLE),
        (b"SSH-2.0-OpenSSH_9.6\r\n", WebhookOutcome.NOT_HTTP),
        (b"HTTP/1.1 abc\r\n\r\n", WebhookOutcome.NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000, WebhookOutcome.NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", WebhookOutcome.TAKEN),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", WebhookOutcome.TAKEN),
    ],
)
def test_whatever_is_said_is_survived(said: bytes, outcome: WebhookOutcome) -> None:
    with raw_server(lambda line: line.sendall(said)) as url:
        assert post(url).outcome is outcome


@pytest.mark.parametrize("piece", [b"H", b"HTTP/1.1 200 OK\r\nx: y\r\n"])
def test_one_who_drips_is_cut_off_when_the_time_is_over(
    monkeypatch: pytest.MonkeyPatch, piece: bytes
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 1.0)

    def drip(line: socket.socket) -> None:
        line.sendall(piece)
        line.settimeout(0.05)
        while True:
            line.sendall(b"a")
            with suppress(TimeoutError):
                if not line.recv(1):
                    return

    with raw_server(drip) as url:
        answer = post(url)
    assert answer.outcome is WebhookOutcome.TOO_SLOW
    assert answer.milliseconds >= 1000


def test_a_status_that_came_in_time_counts_though_its_body_does_not_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 1.0)

    def wait(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        line.recv(1)

    with raw_server(wait) as url:
        assert post(url).outcome is WebhookOutcome.TAKEN


def test_a_name_that_nobody_answers_for_takes_its_time_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "NAME_SECONDS", 0.05)
    let_go = socket.socketpair()

    def never(*_: Any, **__: Any) -> list[Any]:
        let_go[0].recv(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)
    assert post("https://analys.example.com/").outcome is WebhookOutcome.TOO_SLOW
    for end in let_go:
        end.close()
