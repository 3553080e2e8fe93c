"""Mina medgivanden: asking for a link by mail, and what was approved by its address."""

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for

from wizard.extensions import database
from wizard.services.consents import own_consents
from wizard.services.outbox import language_of
from wizard.services.upkeep import retention
from wizard.services.values.email_addresses import clean_email
from wizard.web import i18n, limits
from wizard.web.consents.forms import AskForm
from wizard.web.cursors import cursor
from wizard.web.forms.letters import language_here, need_mail
from wizard.web.hooks import cookies
from wizard.web.hooks.access import ViewResponse
from wizard.web.receipt import held_receipts
from wizard.web.receipt.shown import YEAR

blueprint = Blueprint("consents", __name__)
EVERYTHING = "consents"  # the list's own word among those that have a language of their letter


@blueprint.route("/mina-medgivanden", methods=["GET", "POST"])
def ask() -> ViewResponse:
    """Mail a link to all that was approved; the answer is the same for an address that approved nothing."""
    need_mail()
    form = AskForm()
    if form.validate_on_submit():
        limits.consents_links()
        email = clean_email(form.email.data or "")
        if limits.may_mail_consents(email):
            own_consents.ask(database.session, email, language_here())
        return redirect(url_for("consents.ask", skickat="ja"), 303)
    sent = request.args.get("skickat") == "ja"
    return render_template("consents/ask.html", form=form, sent=sent)


@blueprint.get("/medgivanden/<secret:secret>")
def open_link(secret: str) -> ViewResponse:
    """Move the secret from the URL to the session. Writes nothing, since mail scanners follow links."""
    key = own_consents.find_key(database.session, secret)
    if key is None:
        return _ended()
    session[held_receipts.TO_ALL] = key.id
    i18n.speak(EVERYTHING, language_of(database.session, key.letter_id))
    return cookies.given("consents.index")


@blueprint.get("/mina-medgivanden/alla")
def index() -> ViewResponse:
    """List what was approved by the address that the link was mailed to, at whatever firm."""
    key_id = held_receipts.to_all()
    address = own_consents.address_of(database.session, key_id)
    if key_id is None or address is None:
        return _ended()
    page = own_consents.approved(database.session, key_id, cursor())
    return render_template(
        "consents/index.html",
        address=address,
        approved=page.rows,
        next_cursor=page.next_cursor,
        kept_years=retention.RECEIPTS // YEAR,
    )


def _ended() -> ViewResponse:
    """The page for a link that has ended, and for a browser that has opened none."""
    return make_response(render_template("consents/ended.html"), 404)
