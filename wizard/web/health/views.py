"""The health check: the process is healthy if the database answers."""

from flask import Blueprint
from sqlalchemy import literal, select

from wizard.extensions import database

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[dict[str, str], int]:
    """Answer 200 if the database answers, otherwise 503 (from the error handler)."""
    database.session.execute(select(literal(1)))
    return {"status": "ok"}, 200
