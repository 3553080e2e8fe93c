"""The health check: the process is healthy if the database answers, and its schema fits."""

from typing import Any

from flask import Blueprint, current_app, request
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from wizard.extensions import database
from wizard.migrations import fitness
from wizard.wiring import probe

SCHEMA = select(text(fitness.FOUND)).select_from(text("public.alembic_version v"))

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[dict[str, Any], int]:
    """Answer 200 if the database can be used, otherwise 503 with the reason.

    Where watch is kept, nothing is asked here, so that the answer comes at once.
    """
    watch = current_app.extensions.get("watch")
    complaint = watch.complaint if watch else _complaint()
    came = _how_it_came()
    if complaint:
        return {"status": "not ready", "why": complaint, **came}, 503
    return {"status": "ok", **came}, 200


def _how_it_came() -> dict[str, Any]:
    """To flask doctor, which has our key: what the proxies in front have made of its request."""
    if not probe.is_ours(request.args.get(probe.PARAMETER, "")):
        return {}
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
    number = sum(bool(address.strip()) for address in forwarded.split(","))
    return {"came": {"host": request.host, "scheme": request.scheme, "forwarded_for": number}}


def _complaint() -> str | None:
    try:
        return fitness.misfit(database.session.scalar(SCHEMA))
    except ProgrammingError:  # a database without tables
        return fitness.misfit(None)
