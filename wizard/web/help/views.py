"""Help, public and without a session; the reader who came from her own pages finds her way back."""

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask_babel import get_locale

from wizard.articles import ARTICLES, GROUPS
from wizard.config import host_of
from wizard.extensions import settings
from wizard.models import InvitationKey, Step
from wizard.services import visits
from wizard.web.errors import AWAY
from wizard.web.help.library import library
from wizard.web.help.links import reader, way_back
from wizard.web.help.ranking import clean_query, search
from wizard.web.i18n import here_in
from wizard.web.onboarding import grants
from wizard.web.onboarding.visit import visit_of

blueprint = Blueprint("help", __name__)


@blueprint.get("/hjalp")
def index() -> str:
    """The contents, and what a search finds."""
    key = reader()
    query = clean_query(request.args.get("q", ""))
    shelf = library(current_app, _language())
    return render_template(
        "help/index.html",
        groups=GROUPS,
        titles=shelf.titles,
        query=query,
        hits=search(shelf, query) if query else [],
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
        site=host_of(settings.public_url),
        share=settings.public_url + here_in(None),
        sender=_sender(key or _newest()),
        **_of_reader(key),
    )


def _language() -> str:
    return str(get_locale())


def _of_reader(key: InvitationKey | None) -> dict[str, object]:
    """What only the reader with a link is shown: the way back, her named human, another try."""
    retry = key is not None and key.has_reached(Step.APPROVE) and not visits.end_of(key)
    return {
        "visit": visit_of(key) if key else None,
        "back": way_back(key) if key else None,
        "retry": key
        and retry
        and url_for("authorization.depart", public_id=key.invitation.public_id, igen=1),
    }


def _newest() -> InvitationKey | None:
    """The link this browser followed last; none while the database is away, since help needs none."""
    try:
        return grants.newest()
    except AWAY:
        return None


def _sender(key: InvitationKey | None) -> dict[str, object] | None:
    """Who sent the link that this browser holds, and whether it still works."""
    return {"visit": visit_of(key), "ended": bool(visits.end_of(key))} if key else None
