"""Whether this process can serve: it can when the database answers."""

from flask import Blueprint
from sqlalchemy import literal, select

from wizard.extensions import database

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[dict[str, str], int]:
    """200 with the database, 503 (by the error handler) without."""
    database.session.execute(select(literal(1)))
    return {"status": "ok"}, 200
