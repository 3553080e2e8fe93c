"""Counting requests, for /metrics: by endpoint and status, and how many are under way at once."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request, request_started
from werkzeug.wsgi import ClosingIterator

from wizard import figures
from wizard.config import Settings
from wizard.web.open_documents import AT_THE_END, OpenDocuments
from wizard.wiring.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NOWHERE = "none"  # the endpoint of an address that leads nowhere


class UnderWay:
    """WSGI middleware: a request is under way until the last byte of its answer is sent, or its reader is gone."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Pass the request on, and do at its end what was asked for meanwhile."""
        at_the_end: list[Callable[[], None]] = [figures.REQUESTS_UNDER_WAY.end]
        environ[AT_THE_END] = at_the_end
        figures.REQUESTS_UNDER_WAY.begin()
        try:
            answer = self._app(environ, start_response)
        except BaseException:
            _do(at_the_end)
            raise
        server_file: Any = environ.get("wsgi.file_wrapper", ())
        is_file = isinstance(answer, server_file)
        if not is_file:
            return ClosingIterator(answer, lambda: _do(at_the_end))
        _do(at_the_end)  # the server looks for its own class, to let the kernel send the file
        return answer


def init_app(app: Flask, _settings: Settings) -> None:
    """Count every request, from before any hook that may refuse it."""
    app.extensions["tally"] = Tally(app.extensions["engine"])
    app.extensions["open_documents"] = OpenDocuments()
    app.wsgi_app = UnderWay(app.wsgi_app)  # type: ignore[method-assign]
    request_started.connect(_begin, app)
    app.after_request(_end)


def _begin(_app: Flask, **_: object) -> None:
    g.counted_from = time.perf_counter()


def _end(response: Response) -> Response:
    endpoint = request.endpoint or NOWHERE
    figures.REQUESTS.labels(endpoint, str(response.status_code)).inc()
    figures.REQUEST_SECONDS.labels(endpoint).observe(time.perf_counter() - g.counted_from)
    return response


def _do(at_the_end: list[Callable[[], None]]) -> None:
    """Each once, also when the answer is closed twice."""
    while at_the_end:
        at_the_end.pop()()
