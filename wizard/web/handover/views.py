"""From the platform to a company's data, signed in: the address, the button, and what it leads to."""

import time

from flask import Blueprint, redirect, render_template, session, url_for
from flask_login import login_user

from wizard.extensions import database
from wizard.models import Handover
from wizard.services import handover as service
from wizard.services import staff
from wizard.services.handover import PRESS_WITHIN, HandoverEndedError
from wizard.web.access import Account, Answer, token_here, user_here

blueprint = Blueprint("handover", __name__)
OPENED = "handover"  # in the browser's session: which one it opened in time, and when
PRESS_SECONDS = PRESS_WITHIN.total_seconds()


@blueprint.get("/overlamning/<secret>")
def open_handover(secret: str) -> Answer:
    """Take the secret out of the address; nothing else happens, whoever fetches it."""
    found = service.arrive(database.session, secret)
    if found is None:
        return _ended()
    session[OPENED] = [found.public_id, int(time.time()), found.company.public_id]
    session.permanent = True
    return redirect(url_for("handover.confirm"), 303)


@blueprint.get("/overlamning")
def confirm() -> Answer:
    """Who is about to be signed in, where, and instead of whom."""
    found = _opened()
    if found is None:
        return _ended()
    return render_template(
        "handover/confirm.html", member=found.user, company=found.company, other=_other(found)
    )


@blueprint.post("/overlamning")
def enter() -> Answer:
    """Sign her in, instead of whoever was signed in here."""
    found = _opened()
    try:
        if found is None:
            raise HandoverEndedError
        arrival = service.take(database.session, found.public_id)
    except HandoverEndedError:
        return _ended()
    if token := token_here():
        staff.sign_out(database.session, token)
    login_user(Account(arrival.sign_in.user, arrival.sign_in.token))
    return redirect(url_for("company.upload", public_id=arrival.company.public_id), 303)


def _opened() -> Handover | None:
    """The hand-over that this browser opened in time, if its button may still be pressed."""
    public_id, at, _company = session.get(OPENED) or ("", 0, "")
    if time.time() - at > PRESS_SECONDS:
        return None
    return service.find(database.session, public_id)


def _other(found: Handover) -> str | None:
    """Who else is signed in here, and will be signed out."""
    here = user_here()
    return here.name if here and here.id != found.user_id else None


def _ended() -> Answer:
    """What to do now; who is signed in already is shown the way she meant to go."""
    _public_id, _at, company_id = session.get(OPENED) or ("", 0, "")
    here = user_here()
    return render_template("handover/ended.html", company_id=company_id if here else ""), 404
