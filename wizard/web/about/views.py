"""The public pages: the front page, personal data, and accessibility."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template

from wizard.extensions import providers, settings
from wizard.providers.allowed_calls import ALLOWED, AllowedCall
from wizard.services.api import handovers
from wizard.services.authorizations import outcomes
from wizard.services.authorizations.check import TOKENS_WAIT
from wizard.services.evidence import completeness, sample_progress
from wizard.services.grants.revocation import GIVE_UP_AFTER
from wizard.services.invitations.lifecycle import VALIDITY
from wizard.services.upkeep import retention
from wizard.web.auth.landing import begin
from wizard.web.hooks.access import ViewResponse, user_here

blueprint = Blueprint("about", __name__)
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
KEPT = {  # the same constants as the jobs that delete the data
    "validity": VALIDITY.days,
    "links": retention.LINKS.days,
    "tokens": TOKENS_WAIT // HOUR,
    "revoking": GIVE_UP_AFTER.days,
    "attempts": retention.ATTEMPTS.days,
    "chosen": outcomes.REMEMBERED // HOUR,
    "letters": retention.LETTER_ADDRESSES.days,
    "words": retention.WORDS.days,
    "approver": retention.APPROVER.days,
    "audit": retention.AUDIT // YEAR,
    "readings": completeness.KEPT.days,
    "samples": sample_progress.KEPT // HOUR,
    "receipts": retention.RECEIPTS // YEAR,
    "handovers": handovers.KEPT.days,
}


@blueprint.get("/")
def home() -> ViewResponse:
    """What this is, where the link is, and the way in for staff, who are sent on if they are signed in."""
    if user := user_here():
        return redirect(begin(user), 303)
    return render_template("about/home.html", programs=list(providers))


@blueprint.get("/uppgifter")
def data() -> str:
    """The page about data: the controller, what is asked for, what is stored, for how long, and cookies."""
    kept = {**KEPT, "session": settings.session_hours}
    return render_template("about/data.html", kept=kept, all_calls=_all_calls())


@blueprint.get("/tillganglighet")
def accessibility() -> str:
    """The accessibility statement: what works, known deficiencies, and whom to contact."""
    return render_template("about/accessibility.html")


def _all_calls() -> dict[str, tuple[AllowedCall, ...]]:
    return {name: ALLOWED[name] for name in providers}
