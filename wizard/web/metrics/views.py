"""What Prometheus reads, for who shows the token of the settings."""

import hmac

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from sqlalchemy.exc import SQLAlchemyError

from wizard.extensions import database, providers, settings
from wizard.web.metrics.exposition import Exposition

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def figures() -> Response:
    """The figures of the whole installation, whichever process answers."""
    token = settings.metrics_token.get_secret_value()
    shown = request.headers.get("Authorization", "").encode()
    if not token or not hmac.compare_digest(shown, f"Bearer {token}".encode()):
        abort(404)
    current_app.extensions["tally"].add()
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    try:
        found = encode(_registry())
    except SQLAlchemyError:
        found = encode(_registry(away=True))
    return Response(found, content_type=content_type)


def _registry(*, away: bool = False) -> CollectorRegistry:
    """With all figures; where watch is kept over a database that is away, nothing is asked of it."""
    watch = current_app.extensions.get("watch")
    away = away or bool(watch and watch.complaint)
    registry = CollectorRegistry()
    registry.register(Exposition(None if away else database.session, providers))
    return registry
