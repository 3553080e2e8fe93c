"""Program that requests one framework's page: reads a number from standard input, prints seconds.

The application is called like by its server, by WSGI or ASGI, without a network.
"""

import asyncio
import importlib
import inspect
import json
import sys
import time
from collections.abc import Callable
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any

Answer = tuple[int, list[tuple[str, str]], bytes]
WARM = 100


def by_wsgi(app: Any) -> Callable[[str, str], Answer]:
    """A function that requests a page with a cookie from a WSGI application."""

    def ask(path: str, cookie: str) -> Answer:
        told: list[Any] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_ACCEPT": "text/html",
            "HTTP_ACCEPT_LANGUAGE": "sv",
            "HTTP_COOKIE": cookie,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        pieces = app(environ, lambda status, headers, _error=None: told.extend((status, headers)))
        body = b"".join(pieces)
        if hasattr(pieces, "close"):
            pieces.close()
        return int(told[0].split()[0]), told[1], body

    return ask


def by_asgi(app: Any) -> Callable[[str, str], Answer]:
    """A function that requests a page with a cookie from an ASGI application."""
    loop = asyncio.new_event_loop()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    def ask(path: str, cookie: str) -> Answer:
        told: list[Any] = []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"localhost"),
                (b"accept", b"text/html"),
                (b"accept-language", b"sv"),
                (b"cookie", cookie.encode()),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }

        async def send(message: Any) -> None:
            told.append(message)

        loop.run_until_complete(app(scope, receive, send))
        headers = [(name.decode(), text.decode()) for name, text in told[0]["headers"]]
        return told[0]["status"], headers, b"".join(one.get("body", b"") for one in told[1:])

    return ask


def main() -> None:
    """Warm up, print the response, and then request as many pages as standard input says."""
    module, path = sys.argv[1:]
    page: Any = importlib.import_module(module)
    is_asgi = inspect.iscoroutinefunction(type(page.app).__call__)
    ask = (by_asgi if is_asgi else by_wsgi)(page.app)
    cookie = page.cookie()
    for _ in range(WARM):
        status, headers, body = ask(path, cookie)
        cookie = _kept(cookie, headers)
    _say({"status": status, "cookie": cookie, "body": body.decode()})
    for line in sys.stdin:
        number = int(line)
        began, spent = time.perf_counter(), time.process_time()
        for _ in range(number):
            ask(path, cookie)
        lasted, spent = time.perf_counter() - began, time.process_time() - spent
        _say({"seconds": lasted / number, "processor": spent / number})


def _kept(cookie: str, headers: list[tuple[str, str]]) -> str:
    """The cookie after a response, as a browser stores it."""
    jar = SimpleCookie(cookie)
    for name, text in headers:
        if name.lower() == "set-cookie":
            jar.load(text)
    return "; ".join(f"{name}={one.value}" for name, one in jar.items())


def _say(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
