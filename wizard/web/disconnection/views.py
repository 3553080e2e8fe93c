"""Ending a connection: what will happen, one press, and how far it has come at the provider."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import Actor, Company, Connection, ConnectionStatus, Consent, Step, User
from wizard.services import connections, disconnect_codes, endings
from wizard.services.connecting import living_connection
from wizard.services.disconnection import disconnect, finish
from wizard.services.support import code_in
from wizard.web import limits
from wizard.web.access import Answer, admin_only
from wizard.web.company.guards import with_company
from wizard.web.disconnection.forms import ReceiptForm
from wizard.web.disconnection.guards import Ticket, with_ticket
from wizard.web.disconnection.words import address_hint
from wizard.web.mailing import need_mail
from wizard.web.onboarding.visit import visit_to
from wizard.web.workshops import workshop_for

blueprint = Blueprint("disconnection", __name__)
FINISH_SECONDS = 5.0  # so long the press waits for the provider; then the background goes on


@blueprint.route("/foretag/<public_id>/koppla-fran", methods=["GET", "POST"])
@with_company
def company(user: User, company: Company) -> Answer:
    """For a member of the firm; afterwards the page says what the provider has confirmed."""
    connection = living_connection(database.session, company)
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
def connection(user: User, public_id: str) -> Answer:
    """For an admin: any firm's."""
    found = connections.find_one(database.session, public_id)
    if found is None:
        abort(404)
    if request.method == "POST":
        _end(found, staff=user)
        return redirect(url_for("admin.connection", public_id=public_id), 303)
    if found.status is ConnectionStatus.DISCONNECTED:
        return redirect(url_for("admin.connection", public_id=public_id), 303)
    return render_template("disconnection/connection.html", connection=found)


@blueprint.route("/kvitto/nr/<number>/koppla-fran", methods=["GET", "POST"])
@with_ticket
def receipt(ticket: Ticket) -> Answer:
    """For who approved: with her receipt, and a code from her mail."""
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
def code(ticket: Ticket) -> Answer:
    """Mail a code to the address we know; never to one that is given now."""
    need_mail()
    if ticket.may_end and ticket.to:
        limits.codes(ticket.consent)
        disconnect_codes.ask(database.session, ticket.invitation, ticket.consent, ticket.to)
        hint = address_hint(ticket.to.email)
        flash(gettext("A code is on its way to %(address)s.", address=hint))
    return redirect(_here(ticket), 303)


def _receipt_page(ticket: Ticket, form: ReceiptForm) -> str:
    return render_template(
        "disconnection/receipt.html",
        visit=visit_to(ticket.invitation, Step.APPROVE),
        number=ticket.consent.public_id,
        ending=ticket.ending,
        may_end=ticket.may_end,
        address=address_hint(ticket.to.email) if ticket.to else None,
        asked=ticket.asked,
        form=form if ticket.asked else None,
    )


def _what_is_wrong(ticket: Ticket, written: str) -> str:
    """Her page shows another code of six characters, which is easily taken for the one she was mailed."""
    if code_in(written) == ticket.invitation.code:
        return gettext("That is the code for the phone. Write the one from the mail.")
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
    """End it, and wait a little for the provider to confirm."""
    disconnect(database.session, connection, staff=staff, actor=actor, consent=consent)
    finish(workshop_for(connection.provider), connection.id, FINISH_SECONDS)
