"""Kontrollera nu: one press, a real read, and what it found."""

from flask import Blueprint, abort, flash, redirect, url_for

from wizard.extensions import database
from wizard.models import Connection, User
from wizard.services import companies, connections, health
from wizard.services.connecting import living_connection
from wizard.web import limits
from wizard.web.access import Answer, staff_only, support_only
from wizard.web.checking.words import told
from wizard.web.workshops import workshop_for

blueprint = Blueprint("checking", __name__)
SECONDS = 9.0  # the answer comes within ten, whatever the provider does


@blueprint.post("/foretag/<public_id>/kontrollera")
@staff_only
def company(user: User, public_id: str) -> Answer:
    """For those who may see the company."""
    found = companies.find(database.session, user, public_id)
    if found is None:
        abort(404)
    if connection := living_connection(database.session, found):
        _check(connection, user)
    return redirect(url_for("company.detail", public_id=public_id), 303)


@blueprint.post("/admin/kopplingar/<public_id>/kontrollera")
@support_only
def connection(user: User, public_id: str) -> Answer:
    """For support and admin: any firm's."""
    found = connections.find_one(database.session, public_id)
    if found is None:
        abort(404)
    _check(found, user)
    return redirect(url_for("admin.connection", public_id=public_id), 303)


def _check(found: Connection, user: User) -> None:
    limits.checks(found)  # and commits: no transaction is open while the provider answers
    workshop = workshop_for(found.provider)
    flash(*told(health.check(workshop, found.id, staff=user, seconds=SECONDS)))
