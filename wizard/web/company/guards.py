"""Decorators that load the company named in the URL, or answer 404."""

from collections.abc import Callable
from functools import wraps

from flask import abort, flash, redirect, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import Company, Invitation, User
from wizard.services.companies import company_directory
from wizard.services.invitations.lifecycle import InvitationEndedError, living_invitation
from wizard.web.hooks.access import ViewResponse, members_only


def with_company(view: Callable[[User, Company], ViewResponse]) -> Callable[..., ViewResponse]:
    """Pass the view the company of the member's own firm; 404 for other firms' companies."""

    @members_only
    @wraps(view)
    def guarded(user: User, public_id: str) -> ViewResponse:
        company = company_directory.find(database.session, user, public_id)
        if company is None:
            abort(404)
        return view(user, company)

    return guarded


def with_invitation(
    view: Callable[[User, Company, Invitation], ViewResponse],
) -> Callable[..., ViewResponse]:
    """As with_company, with its open invitation; redirects back if the invitation has ended."""

    @wraps(view)
    def guarded(user: User, company: Company) -> ViewResponse:
        try:
            invitation = living_invitation(database.session, company)
            if invitation is None:
                raise InvitationEndedError
            return view(user, company, invitation)
        except InvitationEndedError:
            flash(gettext("The invitation has ended. You can activate anew."), "error")
            return redirect(url_for("company.upload", public_id=company.public_id), 303)

    return with_company(guarded)
