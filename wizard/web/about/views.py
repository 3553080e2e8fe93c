"""How we handle what we know, and for whom the pages can be used: public."""

from datetime import timedelta

from flask import Blueprint, render_template

from wizard.services import handover, outcomes, retention
from wizard.services.check import TOKENS_WAIT
from wizard.services.invitations import VALIDITY
from wizard.services.revocation import GIVE_UP_AFTER
from wizard.services.staff import SESSION_LENGTH

blueprint = Blueprint("about", __name__)
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
KEPT = {  # what the page says is what the jobs go by
    "validity": VALIDITY.days,
    "links": retention.LINKS.days,
    "tokens": TOKENS_WAIT // HOUR,
    "revoking": GIVE_UP_AFTER.days,
    "attempts": retention.ATTEMPTS.days,
    "chosen": outcomes.REMEMBERED // HOUR,
    "letters": retention.LETTERS.days,
    "words": retention.WORDS.days,
    "approver": retention.APPROVER.days,
    "receipts": retention.RECEIPTS // YEAR,
    "handovers": handover.KEPT.days,
    "session": SESSION_LENGTH // HOUR,
}


@blueprint.get("/uppgifter")
def data() -> str:
    """Who is responsible, what is kept, for how long, and which cookies there are."""
    return render_template("about/data.html", kept=KEPT)


@blueprint.get("/tillganglighet")
def accessibility() -> str:
    """What works for whom, what does not yet, and whom to tell."""
    return render_template("about/accessibility.html")
