"""Counting requests, for /metrics: by endpoint and status, and how many are under way at once."""

import time

from flask import Flask, Response, g, request, request_started

from wizard import figures
from wizard.config import Settings
from wizard.wiring.tally import Tally

NOWHERE = "none"  # the endpoint of an address that leads nowhere


def init_app(app: Flask, _settings: Settings) -> None:
    """Count every request, from before any hook that may refuse it until its last byte is sent."""
    app.extensions["tally"] = Tally(app.extensions["engine"])
    request_started.connect(_begin, app)
    app.after_request(_end)


def _begin(_app: Flask, **_: object) -> None:
    g.counted_from = time.perf_counter()
    figures.REQUESTS_UNDER_WAY.begin()


def _end(response: Response) -> Response:
    endpoint = request.endpoint or NOWHERE
    figures.REQUESTS.labels(endpoint, str(response.status_code)).inc()
    figures.REQUEST_SECONDS.labels(endpoint).observe(time.perf_counter() - g.counted_from)
    response.call_on_close(figures.REQUESTS_UNDER_WAY.end)
    return response
