"""The form Mejla mig när det går, on the pages of an attempt that waits."""

from typing import Any

from wizard.extensions import database
from wizard.models import Authorization
from wizard.services.authorizations import promises
from wizard.web.authorization.forms import TellMeForm
from wizard.web.forms.letters import can_mail
from wizard.web.onboarding import held_links


def news_form(authorization: Authorization, form: TellMeForm | None = None) -> dict[str, Any]:
    """Template variables: the form, and to whom a mail is promised already; nothing where none can be.

    The form comes with the address that this link was mailed to, if it was mailed.
    """
    if not (can_mail() and promises.can_be_made(authorization, held_links.browser())):
        return {"form": None, "promised": None}
    asking = promises.asking(database.session, authorization)
    shown = form or TellMeForm(formdata=None, email=asking.promised or asking.known)
    return {"form": shown, "promised": asking.promised}
