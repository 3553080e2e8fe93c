"""The health check: the process is healthy if the database answers, and its schema fits."""

from flask import Blueprint, current_app
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from wizard.extensions import database
from wizard.migrations import fitness

SCHEMA = select(text(fitness.FOUND)).select_from(text("public.alembic_version v"))

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[dict[str, str], int]:
    """Answer 200 if the database can be used, otherwise 503 with the reason.

    Where watch is kept, nothing is asked here, so that the answer comes at once.
    """
    watch = current_app.extensions.get("watch")
    complaint = watch.complaint if watch else _complaint()
    if complaint:
        return {"status": "not ready", "why": complaint}, 503
    return {"status": "ok"}, 200


def _complaint() -> str | None:
    try:
        return fitness.misfit(database.session.scalar(SCHEMA))
    except ProgrammingError:  # a database without tables
        return fitness.misfit(None)
