"""The receipt from the mail: its secret taken out of the address, and what it is a receipt of."""

from flask import Blueprint, redirect, render_template, url_for

from wizard.extensions import database
from wizard.models import Step
from wizard.services import receipts
from wizard.web.authorization.receipt import ending_of, receipt_of
from wizard.web.onboarding.visit import Answer, closed_page, visit_to
from wizard.web.receipt import grants

blueprint = Blueprint("receipt", __name__)


@blueprint.get("/kvitto/<secret>")
def open_receipt(secret: str) -> Answer:
    """Take the secret out of the address: renders and writes nothing, since scanners come here too."""
    key = receipts.find_key(database.session, secret)
    if key is None:
        return closed_page()
    grants.add(key)
    return redirect(url_for("receipt.show", number=key.consent.public_id), 303)


@blueprint.get("/kvitto/nr/<number>")
def show(number: str) -> Answer:
    """What was approved, by whom, how the connection is now, and how to take it back."""
    consent = grants.granted(number)
    if consent is None:
        return closed_page()
    return render_template(
        "receipt/show.html",
        visit=visit_to(receipts.invitation_of(database.session, consent), Step.APPROVE),
        receipt=receipt_of(consent),
        connection=consent.connection,
        ending=ending_of(consent),
    )
