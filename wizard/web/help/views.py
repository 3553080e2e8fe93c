"""Help, public and without a session."""

from flask import Blueprint, render_template, request, url_for

from wizard.web.onboarding.grants import granted

blueprint = Blueprint("help", __name__)


@blueprint.get("/hjalp")
def index() -> str:
    """All help on one page; with a grant there is a way back to the step one came from."""
    public_id = request.args.get("k", "")
    key = granted(public_id) if public_id else None
    back = url_for("onboarding.resume", public_id=public_id) if key else None
    return render_template("help/index.html", back=back)
