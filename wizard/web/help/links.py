"""Links to the help, and back to the approver's page that the reader came from."""

from typing import Any

from flask import Flask, g, request, url_for

from wizard.causes import facts_of
from wizard.config import Settings
from wizard.models import InvitationKey
from wizard.web.hooks.errors import AWAY
from wizard.web.onboarding.held_links import granted

# The last path segments of those of the approver's pages that can be opened again by URL.
PAGES = {
    "valkommen",
    "behorighet",
    "bokforing",
    "foretag",
    "ge-behorighet",
    "kollega",
    "nej",
    "kontroll",
    "orsak",
    "klart",
}


def init_app(app: Flask, _settings: Settings) -> None:
    """Provide `help_link` to templates, and keep the way back in links between articles."""
    app.jinja_env.globals["help_link"] = help_link
    app.url_defaults(_keep_way_back)


def help_link(target: str = "", public_id: str | None = None) -> str:
    """The URL of `<article>#steg-<n>`, or of the contents; with a public id, including the way back."""
    article, _, step = target.partition("#")
    way: dict[str, Any] = {"_anchor": step or None}
    if public_id:
        here = request.path.rpartition("/")[2]
        way |= {"k": public_id, "fran": here if here in PAGES else None}
    if not article:
        return url_for("help.index", **way)
    return url_for("help.article", article=article, **way)


def step_for(cause: str | None) -> str:
    """The help's step for a cause's code; empty if there is no cause."""
    return facts_of(cause).help if cause else ""


def reader() -> InvitationKey | None:
    """The invitation key of a reader who came from an approver's page in this browser.

    None if the database is unavailable, since the help must work even then.
    """
    try:
        key = granted(request.args["k"]) if request.args.get("k") else None
    except AWAY:
        key = None
    g.reading_for = key.invitation.public_id if key else None
    return key


def way_back(key: InvitationKey) -> str:
    """The URL of the page that the reader came from, or of the first open step."""
    resume = url_for("onboarding.resume", public_id=key.invitation.public_id)
    came_from = request.args.get("fran", "")
    return resume + came_from if came_from in PAGES else resume


def _keep_way_back(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint.startswith("help.") and g and g.get("reading_for"):
        values.setdefault("k", g.reading_for)
        values.setdefault("fran", request.args.get("fran"))
