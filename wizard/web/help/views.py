"""The public help; a reader who came from an approver's page gets a link back."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_babel import get_locale

from wizard.articles import ARTICLES, GROUPS
from wizard.extensions import database, settings
from wizard.models import InvitationKey, Step
from wizard.services.invitations import visits
from wizard.setting_values import site_of
from wizard.web.help.codes import code_in
from wizard.web.help.library import Library, library
from wizard.web.help.links import reader, way_back
from wizard.web.help.ranking import clean_query, search
from wizard.web.hooks.errors import AWAY
from wizard.web.i18n import LANGUAGES, here_in
from wizard.web.onboarding import held_links
from wizard.web.onboarding.visit import ViewResponse, visit_of, with_key

blueprint = Blueprint("help", __name__)


@blueprint.get("/hjalp")
def index() -> str:
    """The table of contents, or the results of a search."""
    key = reader()
    query = clean_query(request.args.get("q", ""))
    articles = library(current_app, _language())
    hits = search([articles, *_others()], query) if query else []
    code = code_in(query, found=bool(hits))
    return render_template(
        "help/index.html",
        groups=GROUPS,
        titles=articles.titles,
        query=query,
        code=code,
        hits=[] if code else hits,
        **_of_reader(key),
    )


@blueprint.get("/hjalp/<article>")
def article(article: str) -> str:
    """One article, step by step."""
    if article not in ARTICLES:
        abort(404)
    key = reader()
    return render_template(
        "help/article.html",
        slug=article,
        text=f"help/{_language()}/{article}.html",
        groups=GROUPS,
        titles=library(current_app, _language()).titles,
        site=site_of(settings.public_url),
        share=settings.public_url + here_in(None),
        sender=_sender(key or _newest()),
        **_of_reader(key),
    )


@blueprint.post("/koppla/<public_id>/fran-hjalpen")
@with_key
def leave(key: InvitationKey) -> ViewResponse:
    """Lead back to where the reader came from, and count that she used the help."""
    visits.come_from_help(database.session, key)
    return redirect(way_back(key), 303)


def _language() -> str:
    return str(get_locale())


def _others() -> list[Library]:
    """The indexes of the other languages: people search in the one they think in."""
    return [library(current_app, language) for language in LANGUAGES if language != _language()]


def _of_reader(key: InvitationKey | None) -> dict[str, object]:
    """Template variables for a reader with an invitation: the way back, the contact, a new try."""
    retry = key is not None and key.has_reached(Step.APPROVE) and not visits.end_of(key)
    return {
        "visit": visit_of(key) if key else None,
        "back": url_for("help.leave", public_id=key.invitation.public_id) if key else None,
        "retry": key
        and retry
        and url_for("authorization.depart", public_id=key.invitation.public_id, igen=1),
    }


def _newest() -> InvitationKey | None:
    """The invitation key this browser followed last; None if the database is unavailable."""
    try:
        return held_links.newest()
    except AWAY:
        return None


def _sender(key: InvitationKey | None) -> dict[str, object] | None:
    """The sender of the invitation that this browser holds, and whether its link still works."""
    return {"visit": visit_of(key), "ended": bool(visits.end_of(key))} if key else None
