"""Disconnecting: confirm, disconnect, and show the state of the revocation at the provider."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import Actor, Company, Connection, Consent, Step, User
from wizard.services.companies.company_directory import connection_of
from wizard.services.companies.support_search import code_in
from wizard.services.connections import connection_directory, endings
from wizard.services.connections.disconnection import disconnect, revoke_grant
from wizard.services.consents import disconnect_codes
from wizard.web import limits
from wizard.web.company.guards import with_company
from wizard.web.disconnection.end_texts import address_hint
from wizard.web.disconnection.forms import ReceiptForm
from wizard.web.disconnection.guards import Ticket, with_ticket
from wizard.web.forms.letters import need_mail
from wizard.web.hooks.access import ViewResponse, admin_only
from wizard.web.onboarding.visit import visit_to
from wizard.wiring.providers import provider_context

blueprint = Blueprint("disconnection", __name__)
FINISH_SECONDS = 5.0  # the request waits this long for the provider; then the worker continues


@blueprint.route("/foretag/<public_id>/koppla-fran", methods=["GET", "POST"])
@with_company
def company(user: User, company: Company) -> ViewResponse:
    """Disconnect a company, as a member of its firm; then show the provider's confirmation."""
    connection = connection_of(database.session, company)
    if connection and request.method == "POST":
        _end(connection, staff=user)
    if request.method == "POST":
        return redirect(url_for("disconnection.company", public_id=company.public_id), 303)
    ending = None if connection else endings.newest_of(database.session, company)
    if not (connection or ending):
        return redirect(url_for("company.detail", public_id=company.public_id), 303)
    return render_template(
        "disconnection/company.html", company=company, connection=connection, ending=ending
    )


@blueprint.route("/admin/kopplingar/<public_id>/koppla-fran", methods=["GET", "POST"])
@admin_only
def connection(user: User, public_id: str) -> ViewResponse:
    """Disconnect any firm's company, as an admin."""
    found = connection_directory.find_one(database.session, public_id)
    if found is None:
        abort(404)
    if request.method == "POST":
        _end(found, staff=user)
        return redirect(url_for("admin.connection", public_id=public_id), 303)
    if not found.is_living:
        return redirect(url_for("admin.connection", public_id=public_id), 303)
    return render_template("disconnection/connection.html", connection=found)


@blueprint.route("/kvitto/nr/<number>/koppla-fran", methods=["GET", "POST"])
@with_ticket
def receipt(ticket: Ticket) -> ViewResponse:
    """Disconnect as the approver, with a receipt and a mailed code."""
    form = ReceiptForm()
    if ticket.may_end and form.validate_on_submit():
        limits.codes_tried(ticket.consent)
        if disconnect_codes.redeem(database.session, ticket.consent, form.code.data or ""):
            _end(ticket.consent.connection, actor=Actor.APPROVER, consent=ticket.consent)
            return redirect(_here(ticket), 303)
        form.code.errors = [_what_is_wrong(ticket, form.code.data or "")]
    return _receipt_page(ticket, form)


@blueprint.post("/kvitto/nr/<number>/koppla-fran/kod")
@with_ticket
def code(ticket: Ticket) -> ViewResponse:
    """Mail a code to the address on record, never to an address in the request."""
    need_mail()
    if ticket.may_end and ticket.to:
        limits.codes(ticket.consent)
        disconnect_codes.ask(database.session, ticket.invitation, ticket.consent, ticket.to)
        hint = address_hint(ticket.to.email)
        flash(gettext("A one-time code is on its way to %(address)s.", address=hint))
    return redirect(_here(ticket), 303)


def _receipt_page(ticket: Ticket, form: ReceiptForm) -> str:
    return render_template(
        "disconnection/receipt.html",
        visit=visit_to(ticket.invitation, Step.APPROVE),
        number=ticket.consent.public_id,
        ending=ticket.ending,
        may_end=ticket.may_end,
        may_name=ticket.may_name,
        address=address_hint(ticket.to.email) if ticket.to else None,
        asked=ticket.asked,
        form=form if ticket.asked else None,
    )


def _what_is_wrong(ticket: Ticket, written: str) -> str:
    """The error message; the invitation's code, also six characters, is easily entered by mistake."""
    if code_in(written) == ticket.invitation.code:
        return gettext("That is the code for the phone. Write the one-time code from the mail.")
    return gettext("The code is not right, or no longer valid.")


def _here(ticket: Ticket) -> str:
    return url_for("disconnection.receipt", number=ticket.consent.public_id)


def _end(
    connection: Connection,
    *,
    staff: User | None = None,
    actor: Actor = Actor.STAFF,
    consent: Consent | None = None,
) -> None:
    """Disconnect, and wait a few seconds for the provider to confirm."""
    disconnect(database.session, connection, staff=staff, actor=actor, consent=consent)
    revoke_grant(provider_context(connection.provider), connection.id, FINISH_SECONDS)
