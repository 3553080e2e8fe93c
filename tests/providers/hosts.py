"""A file host with responses defined by tests, as raw bytes if needed."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

import pytest

from wizard.providers.base import ProviderError
from wizard.providers.files import FetchedFile, FileFetcher

SECONDS = 5.0
BODY = b"%PDF-1.4\n" + b"".join(
    number.to_bytes(4) for number in range(6400)
)  # no two parts are equal
Answer = Callable[[socket.socket, str], None]


@dataclass
class Host:
    """A host that gives a configured response, and records requests."""

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
            pass  # the client has closed the connection, which the test asserts
        finally:
            line.close()


@contextmanager
def host_of_files() -> Iterator[Host]:
    """Run a local host during the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = Host(listening)
        Thread(target=serving.serve, daemon=True).start()
        yield serving
        listening.shutdown(socket.SHUT_RDWR)


def impatient() -> FileFetcher:
    """A fetcher for local hosts with short timeouts."""
    return FileFetcher("127.0.0.1 localhost", local=True, stall_seconds=0.3)


def says(status: str, body: bytes = b"", **headers: object) -> Answer:
    """A response with exactly these headers."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode()
    return lambda line, _request: line.sendall(head + body)


def whole(body: bytes = BODY, **headers: object) -> Answer:
    return says("200 OK", body, Content_Length=len(body), **headers)


def read(file: FetchedFile) -> bytes:
    try:
        return b"".join(file.pieces())
    finally:
        file.close()


def failure(call: Callable[[], object]) -> ProviderError:
    with pytest.raises(ProviderError) as failed:
        call()
    return failed.value
