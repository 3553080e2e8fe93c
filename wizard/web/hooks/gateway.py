"""What proxies and web servers say of a request, before anything else reads it: whose it is, and where it goes."""

import ipaddress
from typing import TYPE_CHECKING

import click
import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from wizard.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()
NO_PROXY = (
    "WIZARD_TRUSTED_PROXIES är 0 fast den publika adressen är https: alla besökare räknas som en, och "
    "formulär jämförs inte med sidan de kom från. Sätt den till antalet proxyer framför tjänsten."
)


class Gateway:
    """WSGI middleware: the address of a visitor without its port, and the path from the site's root.

    Azure's gateways and IIS write ports into X-Forwarded-For, and others the quotes and brackets of
    `Forwarded`. A SCRIPT_NAME is put back into the path it was taken from: we live at the root, and
    gunicorn lets a client behind a proxy on the same machine set it by a header.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Pass the request on."""
        environ["REMOTE_ADDR"] = without_port(environ.get("REMOTE_ADDR") or "")
        environ["PATH_INFO"] = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = ""
        return self._app(environ, start_response)


def init_app(app: Flask, settings: Settings) -> None:
    """Trust the configured number of proxies; say in the log when there are none where there should be."""
    gateway = Gateway(app.wsgi_app)
    app.wsgi_app = gateway  # type: ignore[method-assign]
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(gateway, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    elif settings.https and _serves():
        log.warning("no_trusted_proxy", public_url=settings.public_url, advice=NO_PROXY)


def without_port(text: str) -> str:
    """The IP address of a visitor as a proxy writes it, without quotes, brackets, port and zone.

    What is no address, as `unknown` or the path of a socket, is returned as it is.
    """
    bare = text.strip().removeprefix("for=").strip('"').strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare.partition("%")[0]))
    except ValueError:
        return text


def _serves() -> bool:
    """True in a web server; False in a `flask` command, which no visitor reaches."""
    return click.get_current_context(silent=True) is None
