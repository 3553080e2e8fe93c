"""The yearly review: kept or to be ended, a preview, and the end of what was marked."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from wizard.extensions import database
from wizard.models import User
from wizard.services.connections import yearly_review
from wizard.web.cursors import cursor
from wizard.web.hooks.access import ViewResponse, members_only

blueprint = Blueprint("review", __name__)
FIELD = "svar-"


@blueprint.route("/foretag/genomgang", methods=["GET", "POST"])
@members_only
def index(user: User) -> ViewResponse:
    """List what waits for an answer; what is left open waits on."""
    if request.method == "POST":
        yearly_review.answer(database.session, user, _answered("kvar"), _answered("avsluta"))
        return redirect(url_for("review.index"), 303)
    firm_id = user.firm_id or 0
    page = yearly_review.due(database.session, firm_id, cursor())
    return render_template(
        "review/index.html",
        rows=page.rows,
        next_cursor=page.next_cursor,
        numbers=yearly_review.numbers(database.session, firm_id),
        field=FIELD,
    )


@blueprint.route("/foretag/genomgang/avsluta", methods=["GET", "POST"])
@members_only
def end(user: User) -> ViewResponse:
    """Show what is marked to be ended, how many, and end them; or take one back."""
    if request.method == "POST":
        return _taken_back(user) if request.form.get("angra") else _ended(user)
    firm_id = user.firm_id or 0
    page = yearly_review.marked(database.session, firm_id, cursor())
    return render_template(
        "review/end.html",
        rows=page.rows,
        next_cursor=page.next_cursor,
        numbers=yearly_review.numbers(database.session, firm_id),
    )


def _taken_back(user: User) -> ViewResponse:
    yearly_review.take_back(database.session, user, [request.form["angra"]])
    return redirect(url_for("review.end"), 303)


def _ended(user: User) -> ViewResponse:
    """End as many as were shown; if others have been marked meanwhile, they are shown first."""
    shown = request.form.get("antal", "")
    number = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 9 else 0
    if not yearly_review.end_marked(database.session, user, number):
        flash(gettext("What is marked has changed. Look at it again."), "error")
        return redirect(url_for("review.end"), 303)
    flash(
        ngettext(
            "%(num)d connection is being ended. It takes a minute or so.",
            "%(num)d connections are being ended. It takes a minute or so.",
            number,
        )
    )
    return redirect(url_for("review.index"), 303)


def _answered(word: str) -> list[str]:
    """The public ids that were answered so."""
    return [
        name.removeprefix(FIELD)
        for name, value in request.form.items()
        if name.startswith(FIELD) and value == word
    ]
