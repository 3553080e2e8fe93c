"""From the platform to a company's data, signed in: the address, the button, and what it leads to."""

import time
from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_login import login_user

from wizard.extensions import database
from wizard.models import Handover
from wizard.services import handover as service
from wizard.services import staff
from wizard.services.handover import PRESS_WITHIN, HandoverEndedError
from wizard.web.access import Account, Answer, token_here, user_here

blueprint = Blueprint("handover", __name__)
OPENED = "handovers"  # in the browser's session: which ones it opened in time, and when
KEPT = 5  # tabs; the newest
PRESS_SECONDS = PRESS_WITHIN.total_seconds()


class Opening(NamedTuple):
    """A hand-over that this browser opened, and the company it leads to."""

    public_id: str
    at: int
    company_id: str


@blueprint.get("/overlamning/<secret>")
def open_handover(secret: str) -> Answer:
    """Take the secret out of the address; nothing else happens, whoever fetches it."""
    found = service.arrive(database.session, secret)
    if found is None:
        return _ended(_newest())
    opening = Opening(found.public_id, int(time.time()), found.company.public_id)
    session[OPENED] = [*_openings(), opening][-KEPT:]
    session.permanent = True
    return redirect(url_for("handover.confirm"), 303)


@blueprint.get("/overlamning")
def confirm() -> Answer:
    """Who is about to be signed in, where, and instead of whom."""
    opening = _newest()
    found = _pressable(opening)
    if found is None:
        return _ended(opening)
    return render_template(
        "handover/confirm.html",
        handover=found,
        member=found.user,
        company=found.company,
        other=_other(found),
    )


@blueprint.post("/overlamning")
def enter() -> Answer:
    """Sign in the one whom the pressed button named, instead of whoever was signed in here.

    Another may have been opened in this browser meanwhile: in a second tab, or by a page that wants her to
    go on as somebody else.
    """
    pressed = request.form.get("handover")
    opening = next((each for each in _openings() if each.public_id == pressed), None)
    try:
        if opening is None or _pressable(opening) is None:
            raise HandoverEndedError
        arrival = service.take(database.session, opening.public_id)
    except HandoverEndedError:
        return _again(opening)
    if token := token_here():
        staff.sign_out(database.session, token)
    login_user(Account(arrival.sign_in.user, arrival.sign_in.token))
    return _to_company(arrival.company.public_id)


def _openings() -> list[Opening]:
    """What this browser opened, the newest last."""
    return [Opening(*each) for each in session.get(OPENED, [])]


def _newest() -> Opening | None:
    return next(reversed(_openings()), None)


def _pressable(opening: Opening | None) -> Handover | None:
    """The hand-over, if it was opened in time and its button may still be pressed."""
    if opening is None or time.time() - opening.at > PRESS_SECONDS:
        return None
    return service.find(database.session, opening.public_id)


def _other(found: Handover) -> str | None:
    """Who else is signed in here, and will be signed out."""
    here = user_here()
    return here.name if here and here.id != found.user_id else None


def _again(opening: Opening | None) -> Answer:
    """A second press leads where the first did; every other late one to what to do now."""
    here = user_here()
    if opening and here and service.was_taken_by(database.session, opening.public_id, here):
        return _to_company(opening.company_id)
    return _ended(opening)


def _to_company(public_id: str) -> Answer:
    return redirect(url_for("company.upload", public_id=public_id), 303)


def _ended(opening: Opening | None) -> Answer:
    """What to do now; who is signed in already is shown the way she meant to go."""
    company_id = opening.company_id if opening and user_here() else ""
    return render_template("handover/ended.html", company_id=company_id), 404
