"""What there is to do for a firm's companies, and asking all that wait to renew."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from wizard.extensions import database, settings
from wizard.models import User
from wizard.services.companies import to_do
from wizard.services.companies.to_do import ToDo
from wizard.services.invitations import renewals
from wizard.services.invitations.renewals import Renewable
from wizard.services.outbox import Addressee
from wizard.services.throttling import letter_caps
from wizard.services.throttling.letter_caps import Sending
from wizard.services.values.email_addresses import EmailInvalidError, clean_email
from wizard.web.cursors import cursor
from wizard.web.forms.letters import as_language, can_mail, need_mail
from wizard.web.hooks.access import ViewResponse, members_only
from wizard.web.to_do import wording
from wizard.wiring.imports import letter_caps_of

blueprint = Blueprint("to_do", __name__)


@blueprint.get("/foretag/att-gora")
@members_only
def index(user: User) -> ViewResponse:
    """List what there is to do, the oldest first: for one's own companies, or all of the firm's."""
    wanted = request.args.get("vad", "")
    kind = ToDo(wanted) if wanted in set(ToDo) else None
    page = to_do.page_of(database.session, user, mine=_mine(), kind=kind, after=cursor())
    return render_template(
        "to_do/index.html",
        counts=to_do.counts(database.session, user, mine=_mine()),
        rows=page.rows,
        next_cursor=page.next_cursor,
        kind=kind.value if kind else "",
        mine=_mine(),
        can_mail=can_mail(),
        words=wording,
    )


@blueprint.route("/foretag/att-gora/fornya", methods=["GET", "POST"])
@members_only
def renew(user: User) -> ViewResponse:
    """Ask all that wait to be renewed: each recipient is seen, and can be changed, before anything goes."""
    need_mail()
    found = renewals.to_renew(database.session, user, mine=_mine())
    caps = letter_caps_of(settings)
    errors: dict[str, str] = {}
    if request.method == "POST":
        chosen, errors = _chosen(found)
        if not errors:
            _ask(user, chosen)
            return redirect(url_for("to_do.index", visa="mina" if _mine() else None), 303)
    left = letter_caps.left_to_send(database.session, caps, user.email, user.firm_id or 0)
    return render_template(
        "to_do/renew.html", found=found, errors=errors, left=left, mine=_mine(), sent=request.form
    )


def _mine() -> bool:
    return request.args.get("visa") == "mina"


def _chosen(found: list[Renewable]) -> tuple[list[tuple[Renewable, Addressee]], dict[str, str]]:
    """Those that are ticked, each with her address; and what is wrong, by the company's id."""
    chosen, errors = [], dict[str, str]()
    for each in found:
        public_id = each.company.public_id
        if not request.form.get(f"go-{public_id}"):
            continue
        try:
            email = clean_email(request.form.get(f"email-{public_id}", ""))
        except EmailInvalidError:
            errors[public_id] = gettext(
                "The address is not right. It should look like name@company.com."
            )
            continue
        name = each.name if email == each.email.lower() else None
        chosen.append((each, Addressee(email, as_language(each.language), name)))
    return chosen, errors


def _ask(user: User, chosen: list[tuple[Renewable, Addressee]]) -> None:
    """Mail them, as far as the caps of the day let; and say how many."""
    caps, asked, mails = letter_caps_of(settings), 0, 0
    for to, found in _by_reader(chosen):
        sending = Sending(to.email, user.email, user.firm_id or 0)
        if letter_caps.full(database.session, caps, sending):
            continue
        letter_caps.note(database.session, caps, sending)
        number = renewals.ask(database.session, found, user, to)
        asked, mails = asked + number, mails + bool(number)
    flash(ngettext("%(num)d mail is on its way.", "%(num)d mails are on their way.", mails))
    if left := len(chosen) - asked:
        flash(
            ngettext(
                "%(num)d company was not mailed about: somebody has been asked already, or no more can go today.",
                "%(num)d companies were not mailed about: somebody has been asked already, or no more can go today.",
                left,
            )
        )


def _by_reader(
    chosen: list[tuple[Renewable, Addressee]],
) -> list[tuple[Addressee, list[Renewable]]]:
    """What each is asked to renew in one mail: of one programme, with the first name known."""
    found: dict[tuple[str, str], tuple[Addressee, list[Renewable]]] = {}
    for each, to in chosen:
        found.setdefault((to.email, each.provider), (to, []))[1].append(each)
    return list(found.values())
