"""The last part of a secret link as it was followed, whatever a mail program or a person left beside it."""

from flask import Flask
from werkzeug.routing import PathConverter

from wizard.config import Settings


class SecretConverter(PathConverter):
    """As `path`, with line feeds too: `services/crypto/digests.py` finds the secret in it."""

    regex = r"[^/](?s:.*?)"


def init_app(app: Flask, _settings: Settings) -> None:
    """Let routes say `<secret:…>`; before any blueprint is registered."""
    app.url_map.converters["secret"] = SecretConverter
