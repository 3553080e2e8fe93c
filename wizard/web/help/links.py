"""Ways into the help and back: the step that helps, and the page of hers that the reader came from."""

from typing import Any

from flask import Flask, g, request, url_for

from wizard.causes import CAUSES, Cause
from wizard.config import Settings
from wizard.models import InvitationKey
from wizard.web.errors import AWAY
from wizard.web.onboarding.grants import granted

# The last words of the approver's pages that can be opened again by their address.
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
    """Give templates `help_link`, and keep the way back from article to article."""
    app.jinja_env.globals["help_link"] = help_link
    app.url_defaults(_keep_way_back)


def help_link(target: str = "", public_id: str | None = None) -> str:
    """The address of `<article>#steg-<n>`, or of the contents; for a grant with the way back here."""
    article, _, step = target.partition("#")
    way: dict[str, Any] = {"_anchor": step or None}
    if public_id:
        here = request.path.rpartition("/")[2]
        way |= {"k": public_id, "fran": here if here in PAGES else None}
    if not article:
        return url_for("help.index", **way)
    return url_for("help.article", article=article, **way)


def step_for(cause: str | None) -> str:
    """The step of the help that cures a cause, by its code; empty when there is no cause."""
    return CAUSES[Cause(cause)].help if cause else ""


def reader() -> InvitationKey | None:
    """The link of the reader who came from her own pages, in the browser that has opened it.

    Nobody is known while the database is away, when help is needed the most.
    """
    try:
        key = granted(request.args["k"]) if request.args.get("k") else None
    except AWAY:
        key = None
    g.reading_for = key.invitation.public_id if key else None
    return key


def way_back(key: InvitationKey) -> str:
    """The page of hers that she came from, or her first step that is open."""
    resume = url_for("onboarding.resume", public_id=key.invitation.public_id)
    came_from = request.args.get("fran", "")
    return resume + came_from if came_from in PAGES else resume


def _keep_way_back(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint.startswith("help.") and g and g.get("reading_for"):
        values.setdefault("k", g.reading_for)
        values.setdefault("fran", request.args.get("fran"))
