"""The receipt as a lasting place: its link, the page, the mail, the pdf, and what was read by it."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import InvitationKey, Step
from wizard.services.accounts.firms import own_of
from wizard.services.connections import insight as connection_insight
from wizard.services.connections.insight import ASKED_ANEW, MOST_COUNTED, AskedAlreadyError
from wizard.services.consents import receipts
from wizard.services.consents.receipts import Held
from wizard.services.outbox import Addressee, clean_words, language_of
from wizard.services.values.email_addresses import clean_email
from wizard.web import event_texts, i18n, limits
from wizard.web.cursors import cursor
from wizard.web.disconnection.end_texts import address_hint
from wizard.web.forms.letters import language_here, need_mail
from wizard.web.hooks import cookies
from wizard.web.onboarding.visit import ViewResponse, closed_page, visit_to, with_key
from wizard.web.receipt import held_receipts
from wizard.web.receipt.forms import AskForm, MailForm
from wizard.web.receipt.guards import with_receipt
from wizard.web.receipt.pdf import draw
from wizard.web.receipt.shown import facts_of, mailing_of

blueprint = Blueprint("receipt", __name__)


@blueprint.get("/kvitto/<secret:secret>")
def open_receipt(secret: str) -> ViewResponse:
    """Move the secret from the URL to the session. Writes nothing, since mail scanners follow links."""
    key = receipts.find_key(database.session, secret)
    if key is None:
        return closed_page()
    held_receipts.add(key)
    i18n.speak(key.consent.public_id, language_of(database.session, key.letter_id))
    return cookies.given("receipt.show", number=key.consent.public_id)


@blueprint.get("/kvitto/nr/<number>")
@with_receipt
def show(held: Held) -> ViewResponse:
    """Show what was approved and by whom, the connection's state, and how to disconnect."""
    return _page(held)


@blueprint.get("/kvitto/nr/<number>/pdf")
@with_receipt
def pdf(held: Held) -> Response:
    """The receipt as a file to keep."""
    response = make_response(draw(render_template("receipt/pdf.html", **facts_of(held.consent))))
    response.mimetype = "application/pdf"
    name = f"kvitto-{held.consent.public_id}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.post("/kvitto/nr/<number>/mejla")
@with_receipt
def mail(held: Held) -> ViewResponse:
    """Mail the receipt: to the address on record, or from the browser that approved to one it names."""
    need_mail()
    form = MailForm()
    names = mailing_of(held).may_name and form.email.raw_data
    if names and not form.validate():
        return _page(held, form)
    invitation = receipts.invitation_of(database.session, held.consent)
    limits.receipts(invitation)
    if names:
        shown = clean_email(form.email.data or "")
        to = Addressee(shown, language_here())
        limits.letter_to(shown, f"receipt {held.consent.id}", invitation.company.firm_id)
        receipts.mail_receipt(database.session, invitation, held.consent, to)
    else:
        known = receipts.mail_to_known(database.session, invitation, held.consent)
        shown = address_hint(known.email) if known else ""
    if shown:
        flash(gettext("The mail to %(address)s is on its way.", address=shown))
    return redirect(url_for("receipt.show", number=held.consent.public_id), 303)


@blueprint.get("/kvitto/nr/<number>/last")
@with_receipt
def insight(held: Held) -> ViewResponse:
    """Show what was opened by this permission: which documents, when and by whom."""
    return _insight_page(held)


@blueprint.post("/kvitto/nr/<number>/fraga")
@with_receipt
def ask(held: Held) -> ViewResponse:
    """Ask the firm to tell more of what it has read; it hears of it once, however often it is pressed."""
    invitation = receipts.invitation_of(database.session, held.consent)
    form = AskForm(own=own_of(invitation.company.firm))
    if not form.validate_on_submit():
        return _insight_page(held, form)
    words = clean_words(form.words.data, form.own)
    try:
        connection_insight.ask(database.session, held.consent, invitation, words)
    except AskedAlreadyError:
        flash(gettext("You have asked already."))
    else:
        flash(gettext("Your question is on its way."))
    return redirect(url_for("receipt.insight", number=held.consent.public_id), 303)


@blueprint.post("/koppla/<public_id>/mejla-kvittot")
@with_key
def mail_to_known(key: InvitationKey) -> ViewResponse:
    """Mail the receipt to the address on record, which is not shown; the same answer if there is none."""
    need_mail()
    limits.receipts(key.invitation)
    if consent := receipts.consent_to(database.session, key.invitation):
        receipts.mail_to_known(database.session, key.invitation, consent)
    flash(
        gettext("If we know an address to the one who approved, the receipt is on its way there.")
    )
    return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)


def _insight_page(held: Held, form: AskForm | None = None) -> str:
    session, consent = database.session, held.consent
    invitation = receipts.invitation_of(session, consent)
    page = connection_insight.openings(session, consent, cursor())
    return render_template(
        "receipt/insight.html",
        visit=visit_to(invitation, Step.APPROVE),
        consent=consent,
        summary=connection_insight.summary(session, consent, invitation),
        rows=event_texts.openings_told(page.rows, consent.firm_name),
        next_cursor=page.next_cursor,
        ask_again_after=ASKED_ANEW,
        most=MOST_COUNTED,
        form=form or AskForm(formdata=None),
    )


def _page(held: Held, form: MailForm | None = None) -> str:
    mailing = mailing_of(held)
    return render_template(
        "receipt/show.html",
        **facts_of(held.consent),
        mailing=mailing,
        form=form or MailForm(formdata=None, email=mailing.offered),
    )
