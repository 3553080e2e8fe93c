"""The program's pages after log-in: company, menu, standardföretag, permissions, profile."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from wizard.sandbox.books.library import books_of
from wizard.sandbox.cast import companies
from wizard.sandbox.cast.people import Permission, Person, users_of
from wizard.sandbox.current import current_state
from wizard.sandbox.identity.sessions import log_out, logged_in

blueprint = Blueprint("portal", __name__)
P = ParamSpec("P")
Handler = Callable[P, ResponseReturnValue]


def signed_in(view: Handler[P]) -> Handler[P]:
    """Decorate a view to require log-in and an open company."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        person = logged_in()
        if person is None:
            return redirect(url_for("identity.login"), 303)
        g.person = person
        g.company = companies.BY_KEY[_open_company(person)]
        g.number = current_state().number(g.company)
        g.trouble = current_state().trouble(g.company)
        g.several_users = len(users_of(g.company.key)) > 1
        return view(*args, **kwargs)

    return guarded


def _open_company(person: Person) -> str:
    default = current_state().default_company(person) or person.companies[0]
    chosen = session.get("company", default)
    return chosen if chosen in person.companies else default


@blueprint.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """The program's start page."""
    return render_template("sandbox/portal/home.html")


@blueprint.get("/bokforing")
@signed_in
def bookkeeping() -> ResponseReturnValue:
    """The latest vouchers, for companies with Bokföring."""
    if not g.company.has_bookkeeping:
        abort(404)
    vouchers = books_of(g.company.key).vouchers
    return render_template("sandbox/portal/bookkeeping.html", vouchers=vouchers[-20:][::-1])


@blueprint.get("/fakturering")
@signed_in
def invoicing() -> ResponseReturnValue:
    """A page without content of its own."""
    return render_template("sandbox/portal/invoicing.html")


@blueprint.get("/installningar")
@signed_in
def settings() -> ResponseReturnValue:
    """Inställningar. Behörigheter is missing if there is only one user, as at Visma."""
    return render_template("sandbox/portal/settings.html")


@blueprint.get("/installningar/behorigheter")
@signed_in
def permissions() -> ResponseReturnValue:
    """The users' permissions, in the column Programbehörighet."""
    if not g.several_users:
        abort(404)
    state = current_state()
    users = [
        (user, state.permission(user).value, state.is_active(user))
        for user in users_of(g.company.key)
    ]
    return render_template(
        "sandbox/portal/permissions.html",
        users=users,
        may_raise=state.permission(g.person) is Permission.FULL,
    )


@blueprint.post("/installningar/behorigheter")
@signed_in
def raise_permission() -> ResponseReturnValue:
    """Give a user the permission Fullständig, which takes somebody who has it."""
    state = current_state()
    chosen = next(
        (user for user in users_of(g.company.key) if user.name == request.form.get("person")), None
    )
    if chosen is None or state.permission(g.person) is not Permission.FULL:
        abort(403)
    with state.lock:
        state.changes.permissions[chosen.name] = Permission.FULL.name
        state.save()
    return redirect(url_for("portal.permissions"), 303)


@blueprint.get("/installningar/foretagsuppgifter")
@signed_in
def details() -> ResponseReturnValue:
    """Företagsuppgifter: the name, and the organisation number, which can be entered."""
    return render_template("sandbox/portal/details.html", saved="sparat" in request.args)


@blueprint.post("/installningar/foretagsuppgifter")
@signed_in
def save_details() -> ResponseReturnValue:
    """Save the organisation number."""
    state = current_state()
    with state.lock:
        state.changes.numbers[g.company.key] = request.form.get("nummer", "").strip()[:20]
        state.save()
    return redirect(url_for("portal.details", sparat="ja"), 303)


@blueprint.get("/appar")
@signed_in
def apps() -> ResponseReturnValue:
    """Appar och tillval, where connections (Integration) are switched on."""
    return render_template("sandbox/portal/apps.html")


@blueprint.post("/atgarda")
@signed_in
def mend() -> ResponseReturnValue:
    """Finish the guide, accept the agreement, switch connections on, or pay: whatever is the matter."""
    if g.trouble is not None:
        current_state().mend(g.company)
    return redirect(url_for("portal.home"), 303)


@blueprint.get("/valj-foretag")
@signed_in
def choose_company() -> ResponseReturnValue:
    """Choose the company to work in."""
    return render_template("sandbox/portal/choose_company.html", choices=_choices(g.person))


@blueprint.post("/valj-foretag")
@signed_in
def open_company() -> ResponseReturnValue:
    """Open the chosen company."""
    session["company"] = _demand_own(request.form.get("foretag", ""))
    return redirect(url_for("portal.home"), 303)


@blueprint.get("/valj-standardforetag")
@signed_in
def default_company() -> ResponseReturnValue:
    """Choose the standardföretag, which opens automatically, by its star."""
    return _default_company_page()


@blueprint.post("/valj-standardforetag")
@signed_in
def save_default_company() -> ResponseReturnValue:
    """Save the standardföretag, or none."""
    starred = request.form.getlist("stjarna")
    if len(starred) > 1:
        return _default_company_page(too_many=True), 400
    company = _demand_own(starred[0]) if starred else None
    current_state().set_default_company(g.person, company)
    return redirect(url_for("portal.default_company", sparat="ja"), 303)


@blueprint.get("/min-profil")
@signed_in
def profile() -> ResponseReturnValue:
    """The programs with access to the account."""
    state = current_state()
    given = [grant for grant in state.book.living() if grant.person == g.person.name]
    names = sorted({companies.BY_KEY[grant.company].name for grant in given})
    client = state.settings.client_name if given else None
    return render_template("sandbox/portal/profile.html", client=client, company_names=names)


@blueprint.post("/min-profil")
@signed_in
def remove_access() -> ResponseReturnValue:
    """Remove a program's access: ends all of the person's grants to it, for every company."""
    state = current_state()
    with state.lock:
        state.book.end_all_of(g.person.name, state.settings.client_id, "consent_removed")
        state.save()
    return redirect(url_for("portal.profile"), 303)


@blueprint.post("/logga-ut")
def leave() -> ResponseReturnValue:
    """Log out."""
    log_out()
    return redirect(url_for("identity.login"), 303)


def _choices(person: Person) -> list[companies.Company]:
    return sorted((companies.BY_KEY[key] for key in person.companies), key=lambda each: each.name)


def _demand_own(key: str) -> str:
    return key if key in g.person.companies else abort(400)


def _default_company_page(*, too_many: bool = False) -> str:
    return render_template(
        "sandbox/portal/default_company.html",
        choices=_choices(g.person),
        default=current_state().default_company(g.person),
        too_many=too_many,
        saved="sparat" in request.args,
    )
