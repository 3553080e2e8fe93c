"""Companies from a spreadsheet: paste or choose a file, look at every line, choose, follow, undo."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, to_utc

from wizard.extensions import database, settings
from wizard.models import CompanyImport, Firm, ImportStatus, LineFate, User
from wizard.services.imports import judging, overview, running
from wizard.services.imports.judging import By
from wizard.services.imports.running import ImportEndedError
from wizard.services.imports.tables import (
    MOST_BYTES,
    TableEmptyError,
    TableUnreadableError,
    TooManyRowsError,
)
from wizard.services.throttling import letter_caps
from wizard.web.cursors import cursor
from wizard.web.forms.letters import can_mail
from wizard.web.hooks.access import ViewResponse, members_only
from wizard.web.imports import wording
from wizard.web.imports.forms import ADD, LATER, IndexForm, StartForm
from wizard.wiring.imports import letter_caps_of

blueprint = Blueprint("imports", __name__)
FORM_AROUND = 64 * 1024  # bytes of a form beside its file


@blueprint.url_value_preprocessor
def _let_a_table_in(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A table may be larger than a form; decided before the body is read."""
    if endpoint == "imports.index":
        request.max_content_length = 2 * MOST_BYTES + FORM_AROUND
        request.max_form_memory_size = 2 * MOST_BYTES


@blueprint.route("/foretag/import", methods=["GET", "POST"])
@members_only
def index(user: User) -> ViewResponse:
    """Take a table; its lines are judged, and nothing else happens yet."""
    form = IndexForm()
    if form.validate_on_submit() and user.firm and (found := _read(user, user.firm, form)):
        return redirect(_address(found), 303)
    recent = overview.recent(database.session, user.firm_id or 0)
    return render_template("imports/index.html", form=form, recent=recent)


def with_import(view: Callable[[User, CompanyImport], ViewResponse]) -> Callable[..., ViewResponse]:
    """Pass the view the import of the member's own firm; 404 for other firms' imports."""

    @members_only
    @wraps(view)
    def guarded(user: User, public_id: str) -> ViewResponse:
        found = overview.find(database.session, user.firm_id or 0, public_id)
        if found is None:
            abort(404)
        return view(user, found)

    return guarded


@blueprint.get("/foretag/import/<public_id>")
@with_import
def show(user: User, found: CompanyImport) -> ViewResponse:
    """Show the fate of every line, what can be chosen, and how far it has come."""
    return _page(user, found, StartForm(formdata=None))


@blueprint.post("/foretag/import/<public_id>/borja")
@with_import
def start(user: User, found: CompanyImport) -> ViewResponse:
    """Let the background add the companies, and invite them if so chosen."""
    form = StartForm()
    if not form.validate_on_submit():
        return _page(user, found, form)
    invites = form.then.data != ADD
    if invites and not can_mail():
        abort(404)
    at = _moment(form.at.data) if form.then.data == LATER and form.at.data else None
    running.start(database.session, found, invites=invites, letters_from=at)
    return redirect(_address(found), 303)


@blueprint.post("/foretag/import/<public_id>/angra")
@with_import
def undo(_user: User, found: CompanyImport) -> ViewResponse:
    """Take back what the import has done, while no mail has gone."""
    try:
        running.undo(database.session, found)
    except ImportEndedError:
        flash(gettext("It can no longer be undone."), "error")
    else:
        flash(gettext("The import is undone. No mail has gone."))
    return redirect(_address(found), 303)


def _read(user: User, firm: Firm, form: IndexForm) -> CompanyImport | None:
    """The table of the form, judged; None when it cannot be read, which the form then says."""
    data = form.file.data.read(MOST_BYTES + 1) if form.file.data else form.lines.data or ""
    field = form.file if form.file.data else form.lines
    try:
        if len(data) > MOST_BYTES:
            raise TooManyRowsError
        return judging.read(database.session, firm, By(user), data)
    except TableUnreadableError:
        field.errors = [
            gettext(
                "The file is not a table in text. Save it in Excel as CSV, or copy and paste the cells."
            )
        ]
    except TableEmptyError:
        field.errors = [gettext("There are no lines below the headings.")]
    except TooManyRowsError:
        field.errors = [gettext("There are more than 5,000 lines. Take some at a time.")]
    return None


def _page(user: User, found: CompanyImport, form: StartForm) -> str:
    chosen = request.args.get("ode", "")
    fates = [LineFate(chosen)] if chosen in set(LineFate) else []
    counts = overview.progress(database.session, found)
    page = overview.lines_page(database.session, found, cursor(), fates)
    return render_template(
        "imports/show.html",
        found=found,
        form=form,
        counts=counts,
        rows=page.rows,
        next_cursor=page.next_cursor,
        chosen=fates[0].value if fates else "",
        fates=wording.FATES,
        fate_words=wording.fate_words,
        wrong_words=wording.wrong_words,
        can_mail=can_mail(),
        may_undo=running.may_undo(database.session, found),
        **_plan(user, found, counts),
    )


def _plan(user: User, found: CompanyImport, counts: overview.Progress) -> dict[str, int]:
    """How many mails can go today, and over how many days they all go."""
    caps, left = letter_caps_of(settings), 0
    if found.status in {ImportStatus.READ, ImportStatus.RUNNING}:
        left = letter_caps.left_to_send(database.session, caps, user.email, found.firm_id)
    days = letter_caps.days_needed(caps, left, counts.mails, counts.to_one)
    return {"left_today": left, "days": days, "a_day": min(caps.by_one, caps.by_firm)}


def _moment(local: datetime) -> datetime:
    """A moment written in Stockholm's time."""
    return cast("datetime", to_utc(local)).replace(tzinfo=UTC)


def _address(found: CompanyImport) -> str:
    return url_for("imports.show", public_id=found.public_id)
