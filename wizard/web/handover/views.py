"""Hand-over from the platform to a company's page: the link, the confirmation and the sign-in."""

import time
from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request, session, url_for

from wizard.extensions import database
from wizard.models import Handover
from wizard.services.api import handovers as service
from wizard.services.api.handovers import PRESS_WITHIN, HandoverEndedError
from wizard.web.hooks import cookies
from wizard.web.hooks.access import ViewResponse, begin_session, user_here

blueprint = Blueprint("handover", __name__)
OPENED = "handovers"  # session key: the hand-overs this browser opened in time, and when
KEPT = 5  # the newest ones, for several tabs
PRESS_SECONDS = PRESS_WITHIN.total_seconds()


class Opening(NamedTuple):
    """A hand-over that this browser has opened, and its company."""

    public_id: str
    at: int
    company_id: str


@blueprint.get("/overlamning/<secret:secret>")
def open_handover(secret: str) -> ViewResponse:
    """Move the secret from the URL to the session. Changes nothing, since scanners follow links."""
    found = service.arrive(database.session, secret)
    if found is None:
        return _ended(_newest())
    opening = Opening(found.public_id, int(time.time()), found.company.public_id)
    session[OPENED] = [*_openings(), opening][-KEPT:]
    session.permanent = True
    return cookies.given("handover.confirm")


@blueprint.get("/overlamning")
def confirm() -> ViewResponse:
    """The confirmation page: who will be signed in, where, and who will be signed out."""
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
def enter() -> ViewResponse:
    """Sign in the member whom the button named; anybody else signed in here is signed out.

    The form names the hand-over, since another one may have been opened in this browser meanwhile: in a
    second tab, or by a hostile page that wants the member to continue as somebody else.
    """
    pressed = request.form.get("handover")
    opening = next((each for each in _openings() if each.public_id == pressed), None)
    try:
        if opening is None or _pressable(opening) is None:
            raise HandoverEndedError
        arrival = service.take(database.session, opening.public_id)
    except HandoverEndedError:
        return _again(opening)
    openings = _openings()
    begin_session(arrival.sign_in)
    session[OPENED] = openings  # those of other tabs, and this one, which may be pressed twice
    return _to_company(arrival.company.public_id)


def _openings() -> list[Opening]:
    """The hand-overs that this browser has opened, newest last."""
    return [Opening(*each) for each in session.get(OPENED, [])]


def _newest() -> Opening | None:
    return next(reversed(_openings()), None)


def _pressable(opening: Opening | None) -> Handover | None:
    """The hand-over, if it was opened in time and can still be confirmed."""
    if opening is None or time.time() - opening.at > PRESS_SECONDS:
        return None
    return service.find(database.session, opening.public_id)


def _other(found: Handover) -> str | None:
    """The name of another user signed in here, who will be signed out."""
    here = user_here()
    return here.name if here and here.id != found.user_id else None


def _again(opening: Opening | None) -> ViewResponse:
    """Answer a repeated confirmation like the first; other late ones get the page for an ended hand-over."""
    here = user_here()
    if opening and here and service.was_taken_by(database.session, opening.public_id, here):
        return _to_company(opening.company_id)
    return _ended(opening)


def _to_company(public_id: str) -> ViewResponse:
    return redirect(url_for("company.upload", public_id=public_id), 303)


def _ended(opening: Opening | None) -> ViewResponse:
    """The page for an ended hand-over; a signed-in member gets a link to the company."""
    company_id = opening.company_id if opening and user_here() else ""
    return render_template("handover/ended.html", company_id=company_id), 404
