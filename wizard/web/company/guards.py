"""Finding the company of an address, for those who may see it."""

from collections.abc import Callable
from functools import wraps

from flask import abort, flash, redirect, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import Company, Invitation, User
from wizard.services import companies
from wizard.services.invitations import InvitationEndedError, living_invitation
from wizard.web.access import Answer, members_only


def with_company(view: Callable[[User, Company], Answer]) -> Callable[..., Answer]:
    """Hand a view a company of the member's own firm; others' are not there."""

    @members_only
    @wraps(view)
    def guarded(user: User, public_id: str) -> Answer:
        company = companies.find(database.session, user, public_id)
        if company is None:
            abort(404)
        return view(user, company)

    return guarded


def with_invitation(view: Callable[[User, Company, Invitation], Answer]) -> Callable[..., Answer]:
    """As with_company, with its living invitation; one that has ended leads back to the page."""

    @wraps(view)
    def guarded(user: User, company: Company) -> Answer:
        try:
            invitation = living_invitation(database.session, company)
            if invitation is None:
                raise InvitationEndedError
            return view(user, company, invitation)
        except InvitationEndedError:
            flash(gettext("The invitation has ended. You can activate anew."), "error")
            return redirect(url_for("company.upload", public_id=company.public_id), 303)

    return with_company(guarded)
