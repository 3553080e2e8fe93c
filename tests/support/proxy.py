"""A TCP proxy before the database that can stop forwarding, as when packets are dropped on the way."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Self

from sqlalchemy import make_url


@dataclass
class Proxy:
    """Forwards until told to be silent; then nothing comes through, and nobody is told."""

    url: str
    _upstream: str | tuple[str, int]
    _listening: socket.socket
    _flows: Event = field(default_factory=Event)
    _open: list[socket.socket] = field(default_factory=list)

    @classmethod
    @contextmanager
    def before(cls, database_url: str) -> Iterator[Self]:
        """A running proxy; its ``url`` leads to the database by TCP."""
        url = make_url(database_url)
        listening = socket.create_server(("127.0.0.1", 0))
        host = str(url.query.get("host") or url.host)
        port = int(str(url.query.get("port") or url.port or 5432))
        there = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
        ours = url.set(host="127.0.0.1", port=listening.getsockname()[1], query={})
        proxy = cls(ours.render_as_string(hide_password=False), there, listening)
        proxy.speak()
        Thread(target=proxy._accept, daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.speak()
            for each in [listening, *proxy._open]:
                _shut(each)
                each.close()

    def fall_silent(self) -> None:
        """Forward nothing, in either direction."""
        self._flows.clear()

    def speak(self) -> None:
        """Forward again, first what has come meanwhile."""
        self._flows.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self._open.append(near)
                Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        self._flows.wait()
        far = socket.socket(socket.AF_UNIX if isinstance(self._upstream, str) else socket.AF_INET)
        self._open.append(far)
        with suppress(OSError):
            far.connect(self._upstream)
            back = Thread(target=self._forward, args=(far, near), daemon=True)
            back.start()
            self._forward(near, far)
            back.join()
        near.close()
        far.close()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                target.sendall(data)
        _shut(source)
        _shut(target)


def _shut(end: socket.socket) -> None:
    """Close for whoever waits at it, too."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
