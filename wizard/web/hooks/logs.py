"""Structured logs: one line for each request, with its id, and never a secret."""

import logging
import re
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request, request_started

from wizard.config import Settings
from wizard.web import references
from wizard.web.hooks import log_lines

log = structlog.get_logger()
SECRET_PATHS = re.compile(
    r"^/(k|overlamning|losenord|medgivanden|kvitto(?!/nr/))/.*", re.DOTALL | re.IGNORECASE
)
# A secret of ours (services/crypto/digests.py) wherever else somebody has pasted it.
SECRET = re.compile(r"(?<![\w-])(?:kg_)?[A-Za-z0-9_-]{43}(?![\w-])")


def init_app(app: Flask, settings: Settings) -> None:
    """Write JSON lines to standard error, one for each request."""
    configure(settings.log_level)
    request_started.connect(_begin, app)  # before any hook that may refuse the request
    app.after_request(_end)
    app.log_exception = _log_exception  # type: ignore[method-assign]


def configure(level: str) -> None:
    """Configure structlog and the standard library's loggers for this process."""
    processors: list[structlog.types.Processor] = [  # the last one makes a line of it
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        log_lines.render,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: log_lines.Lines(),
        cache_logger_on_first_use=False,
    )
    # At lower levels libraries log URLs and parameters, which may hold secrets.
    of_libraries = log_lines.LinesHandler()
    *begun, rendered = processors
    of_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*begun, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[of_libraries])


def safe_path(path: str) -> str:
    """The path without what follows /k/ and its kin, and without a secret anywhere else."""
    return SECRET.sub("…", SECRET_PATHS.sub(r"/\1/…", path))


def _log_exception(exc_info: Any) -> None:
    """Log an exception with the safe path; Flask's own handler logs the whole path."""
    log.error("request_failed", path=safe_path(request.path), exc_info=exc_info)


def _begin(_app: Flask, **_: object) -> None:
    g.request_id = references.new()
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    if request.endpoint != "static":
        log.info(
            "request",
            method=request.method,
            path=safe_path(request.path),
            endpoint=request.endpoint,
            status=response.status_code,
            ms=round((time.perf_counter() - g.began) * 1000, 1),
        )
    return response
