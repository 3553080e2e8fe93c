"""The button Kontrollera nu: read from the provider now and show the result."""

from flask import Blueprint, abort, flash, redirect, url_for

from wizard.extensions import database
from wizard.models import Connection, User
from wizard.services.companies import company_directory
from wizard.services.companies.company_directory import connection_of
from wizard.services.connections import connection_directory, health
from wizard.web import limits
from wizard.web.checking.result_texts import message_for
from wizard.web.hooks.access import ViewResponse, staff_only, support_only
from wizard.wiring.providers import provider_context

blueprint = Blueprint("checking", __name__)
SECONDS = 9.0  # a response must be sent within ten


@blueprint.post("/foretag/<public_id>/kontrollera")
@staff_only
def company(user: User, public_id: str) -> ViewResponse:
    """Check a company's connection, for those who may see the company."""
    found = company_directory.find(database.session, user, public_id)
    if found is None:
        abort(404)
    if connection := connection_of(database.session, found):
        _check(connection, user)
    return redirect(url_for("company.detail", public_id=public_id), 303)


@blueprint.post("/admin/kopplingar/<public_id>/kontrollera")
@support_only
def connection(user: User, public_id: str) -> ViewResponse:
    """Check any firm's connection, for support and admin."""
    found = connection_directory.find_one(database.session, public_id)
    if found is None:
        abort(404)
    _check(found, user)
    return redirect(url_for("admin.connection", public_id=public_id), 303)


def _check(found: Connection, user: User) -> None:
    limits.checks(found)  # commits, so that no transaction is open during the provider's call
    context = provider_context(found.provider)
    flash(*message_for(health.check(context, found.id, staff=user, seconds=SECONDS)))
