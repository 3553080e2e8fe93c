"""HEAD is only a look: a page whose GET begins something does not take it."""

from flask import Flask, request
from werkzeug.exceptions import MethodNotAllowed

from wizard.config import Settings
from wizard.extensions import database
from wizard.models import Company, Connection, User
from wizard.services.companies import readings

# What these begin: an attempt at the provider, its check, a secret for an app, and what is noted:
# books read, a list or what a year came to taken out.
BEGINNING = {
    "admin.connections_file",
    "audit.export",
    "authorization.callback",
    "authorization.check",
    "authorization.depart",
    "bulk.result_file",
    "company.index_file",
    "completeness.index_file",
    "second_factor.set_up",
    "voucher.document",
}


def init_app(app: Flask, _settings: Settings) -> None:
    """Refuse HEAD, which Flask answers by running the view, where the view begins something."""
    app.before_request(_begin_nothing)


def note_reading(user: User, company: Company, connection: Connection | None) -> None:
    """Tell the audit trail that ``user`` reads about a company's approver; who only looks reads nothing."""
    if request.method != "HEAD":
        readings.note(database.session, user, company, connection)


def _begin_nothing() -> None:
    if request.method == "HEAD" and request.endpoint in BEGINNING:
        raise MethodNotAllowed(["GET"])
