"""Webhook receivers: create, test, pause, change secrets, show the log, send again."""

from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext, to_user_timezone
from werkzeug.wrappers import Response

from wizard.extensions import database, vault
from wizard.models import User, WebhookReceiver, now
from wizard.services.accounts import firms
from wizard.services.webhooks import receivers, webhook_log
from wizard.services.webhooks.receivers import SUBSCRIBABLE, RotatingError
from wizard.web import limits
from wizard.web.cursors import cursor
from wizard.web.hooks.access import ViewResponse, admin_only
from wizard.web.hooks.confirmed import confirmed, confirmed_to_send
from wizard.web.webhooks import wording
from wizard.web.webhooks.forms import MOMENT, CreateForm, EditForm, ReplaySinceForm
from wizard.webhooks.sending import try_out as send_test
from wizard.wiring.webhooks import delivery_context

blueprint = Blueprint("webhooks", __name__)
DAY = timedelta(days=1)


@blueprint.get("/admin/webhooks")
@admin_only
def index(_user: User) -> ViewResponse:
    """List the receivers, newest first, with their state."""
    page = webhook_log.list_page(database.session, cursor())
    return render_template(
        "webhooks/index.html", rows=page.rows, after=page.next_cursor, pauses=wording.PAUSES
    )


@blueprint.route("/admin/webhooks/ny", methods=["GET", "POST"])
@admin_only
@confirmed
def create(_user: User) -> ViewResponse:
    """Create a receiver; its secret is shown by the next request."""
    form = CreateForm()
    if request.method == "GET":
        form.types.data = [kind.value for kind in SUBSCRIBABLE]
    if form.validate_on_submit():
        firm = firms.find_firm(database.session, form.firm.data)
        made = receivers.create(database.session, vault, firm, form.wishes)
        flash(gettext("The receiver is made. Show its secret, and then try it."))
        return _back(made)
    names = [firm.name for firm in firms.list_page(database.session).rows]
    return render_template("webhooks/create.html", form=form, firms=names, kinds=_kinds())


@blueprint.get("/admin/webhooks/<public_id>")
@admin_only
def receiver(_user: User, public_id: str) -> ViewResponse:
    """Show a receiver: its state, its secret and its log."""
    row = webhook_log.find_row(database.session, public_id)
    if row is None:
        abort(404)
    page = webhook_log.attempts(database.session, row.receiver, cursor())
    return render_template(
        "webhooks/receiver.html",
        row=row,
        receiver=row.receiver,
        attempts=page.rows,
        after=page.next_cursor,
        is_overlapping=_is_future(row.receiver.earlier_until),
        types={kind.value: words for kind, words in wording.TYPES.items()},
        outcomes=wording.OUTCOMES,
        pauses=wording.PAUSES,
    )


@blueprint.route("/admin/webhooks/<public_id>/andra", methods=["GET", "POST"])
@admin_only
@confirmed_to_send
def edit(_user: User, public_id: str) -> ViewResponse:
    """Edit the receiver's URL, description and types."""
    found = _found(public_id)
    form = EditForm(obj=found)
    if form.validate_on_submit():
        receivers.change(database.session, found, form.wishes)
        flash(gettext("Saved."))
        return _back(found)
    return render_template("webhooks/edit.html", form=form, receiver=found, kinds=_kinds())


@blueprint.post("/admin/webhooks/<public_id>/nyckel")
@admin_only
@confirmed
def secret(_user: User, public_id: str) -> ViewResponse:
    """Show the secret; it is in this response only."""
    found = _found(public_id)
    shown = receivers.show_secret(database.session, vault, found)
    if shown is None:
        flash(gettext("The secret has been shown. If it is lost: change it."), "error")
        return _back(found)
    return render_template("webhooks/secret.html", receiver=found, secret=shown)


@blueprint.post("/admin/webhooks/<public_id>/byt-nyckel")
@admin_only
@confirmed
def rotate(_user: User, public_id: str) -> ViewResponse:
    """Replace the secret; the earlier one also signs for a day."""
    found = _found(public_id)
    try:
        receivers.rotate(database.session, vault, found)
        flash(gettext("The secret is changed. Both sign for 24 hours, so put in the new one now."))
    except RotatingError:
        flash(gettext("The secret is being changed already. Let the earlier one go first."))
    return _back(found)


@blueprint.post("/admin/webhooks/<public_id>/avsluta-gammal-nyckel")
@admin_only
@confirmed
def retire(_user: User, public_id: str) -> ViewResponse:
    """Retire the earlier secret before its day is over."""
    found = _found(public_id)
    receivers.retire_earlier(database.session, found)
    flash(gettext("Only the new secret signs from now on."))
    return _back(found)


@blueprint.post("/admin/webhooks/<public_id>/prova")
@admin_only
def try_out(_user: User, public_id: str) -> ViewResponse:
    """Send a test message now, and show the response."""
    found = _found(public_id)
    limits.webhook_tests(found.public_id)
    answer = send_test(database.session, delivery_context(), found)
    took = answer.milliseconds
    if answer.outcome.is_success:
        flash(
            gettext(
                "The receiver accepted the test: it answered %(status)d in %(ms)d ms.",
                status=answer.status,
                ms=took,
            )
        )
        return _back(found)
    what = str(wording.OUTCOMES[answer.outcome])
    if answer.status:
        what = gettext("%(what)s (%(status)d)", what=what, status=answer.status)
    flash(gettext("The test was not accepted. %(what)s. %(ms)d ms.", what=what, ms=took), "error")
    return _back(found)


@blueprint.post("/admin/webhooks/<public_id>/pausa")
@admin_only
def pause(_user: User, public_id: str) -> ViewResponse:
    """Pause sending."""
    found = _found(public_id)
    receivers.pause(database.session, found)
    flash(gettext("Paused. What happens meanwhile is kept for 30 days."))
    return _back(found)


@blueprint.post("/admin/webhooks/<public_id>/ateruppta")
@admin_only
def resume(_user: User, public_id: str) -> ViewResponse:
    """Resume sending, beginning with the kept messages."""
    found = _found(public_id)
    receivers.resume(database.session, found)
    flash(gettext("Resumed. What was kept is sent first."))
    return _back(found)


@blueprint.post("/admin/webhooks/<public_id>/skicka-igen")
@admin_only
def replay(_user: User, public_id: str) -> ViewResponse:
    """Send one message again."""
    found = _found(public_id)
    if not webhook_log.replay(database.session, found, request.form.get("message", "")):
        flash(gettext("The message is no longer kept."), "error")
    else:
        flash(gettext("The message is sent again, with the same id."))
    return _back(found)


@blueprint.post("/admin/webhooks/<public_id>/hoppa-over")
@admin_only
def skip(_user: User, public_id: str) -> ViewResponse:
    """Skip a message that the receiver keeps refusing."""
    found = _found(public_id)
    if not webhook_log.skip(database.session, found, request.form.get("message", "")):
        flash(gettext("The message does not wait any more."), "error")
    else:
        flash(gettext("The message is skipped. It can be sent again."))
    return _back(found)


@blueprint.route("/admin/webhooks/<public_id>/skicka-allt-igen", methods=["GET", "POST"])
@admin_only
def replay_since(_user: User, public_id: str) -> ViewResponse:
    """Send everything again since a given time."""
    found = _found(public_id)
    form = ReplaySinceForm()
    if request.method == "GET":
        form.since.data = to_user_timezone(now() - DAY).strftime(MOMENT)
    if form.validate_on_submit():
        number = webhook_log.replay_since(database.session, found, form.moment)
        flash(
            ngettext("%(num)d message is sent again.", "%(num)d messages are sent again.", number)
        )
        return _back(found)
    return render_template("webhooks/replay_since.html", form=form, receiver=found)


@blueprint.post("/admin/webhooks/<public_id>/ta-bort")
@admin_only
@confirmed
def end(_user: User, public_id: str) -> ViewResponse:
    """End the receiver for good."""
    found = _found(public_id)
    receivers.end(database.session, found)
    flash(gettext("%(receiver)s is removed.", receiver=found.description))
    return redirect(url_for("webhooks.index"), 303)


def _found(public_id: str) -> WebhookReceiver:
    found = receivers.find(database.session, public_id)
    if found is None:
        abort(404)
    return found


def _back(receiver: WebhookReceiver) -> Response:
    return redirect(url_for("webhooks.receiver", public_id=receiver.public_id), 303)


def _kinds() -> dict[str, str]:
    return {kind.value: wording.TYPES[kind] for kind in SUBSCRIBABLE}


def _is_future(moment: datetime | None) -> bool:
    return moment is not None and moment > now()
