"""The approver's visit: what every page of hers shows, and the guard in front of every step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from flask import Response, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from wizard.causes import CAUSES, Cause
from wizard.extensions import database
from wizard.models import (
    Connection,
    ConnectionStatus,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    Step,
)
from wizard.services import visits
from wizard.services.connecting import living_connection
from wizard.services.invitations import InvitationEndedError
from wizard.web.onboarding.grants import granted

Answer = str | BaseResponse
View = Callable[[InvitationKey], Answer]
V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True)
class Visit:
    """What the approver's pages show of the invitation she is at."""

    public_id: str
    provider: str
    company_name: str
    organisation_number: str
    firm_name: str
    sender_name: str | None
    contact_name: str
    contact_phone: str
    contact_email: str
    code: str
    expires_at: datetime
    renews: bool
    step: int
    steps: int


def visit_of(key: InvitationKey, step: Step | None = None) -> Visit:
    """The visit of a link, at a step (by default the first that is open)."""
    return visit_to(key.invitation, step or key.open_step)


def visit_to(invitation: Invitation, step: Step) -> Visit:
    """The visit to an invitation, for who comes there by something else than its link."""
    company, firm, sender = invitation.company, invitation.company.firm, invitation.created_by
    return Visit(
        public_id=invitation.public_id,
        provider=invitation.provider,
        company_name=company.name,
        organisation_number=company.organisation_number,
        firm_name=firm.name,
        sender_name=sender.name if sender else None,
        contact_name=firm.contact_name,
        contact_phone=firm.contact_phone,
        contact_email=firm.contact_email,
        code=invitation.code,
        expires_at=invitation.expires_at,
        renews=invitation.renews_id is not None,
        step=invitation.count_to(step),
        steps=len(invitation.road),
    )


def to_renew(key: InvitationKey) -> Connection | None:
    """The connection that this visit is to renew, for what is said of it; None when it is to make one."""
    if key.invitation.renews_id is None:
        return None
    return living_connection(database.session, key.invitation.company)


def with_key(view: View) -> Callable[[str], Answer]:
    """Hand a view the browser's link; without one, say how this page is opened."""

    @wraps(view)
    def guarded(public_id: str) -> Answer:
        key = granted(public_id)
        return view(key) if key else closed_page()

    return guarded


def with_living_key(view: View) -> Callable[[str], Answer]:
    """As with_key, but a link that has ended, also in this very moment, gets the page of its end."""

    @wraps(view)
    def living(key: InvitationKey) -> Answer:
        if end := visits.end_of(key):
            return ended_page(key, end)
        try:
            return view(key)
        except InvitationEndedError:
            return ended_page(key, visits.end_of(key) or Cause.REPLACED)

    return with_key(living)


def at_step(step: Step) -> Callable[[View], Callable[[str], Answer]]:
    """As with_living_key, but whoever jumps ahead is led back to the first step that is open."""

    def decorate(view: View) -> Callable[[str], Answer]:
        @wraps(view)
        def in_order(key: InvitationKey) -> Answer:
            if not (key.has_reached(step) and step in key.invitation.road):
                return redirect(step_address(key, key.open_step), 303)
            visits.seen(database.session, key)
            return view(key)

        return with_living_key(in_order)

    return decorate


def step_address(key: InvitationKey, step: Step) -> str:
    """Where a step of this link is."""
    return url_for(f"onboarding.{step.value}", public_id=key.invitation.public_id)


def closed_page() -> Response:
    """For a browser without the link; the same whether or not there is such an invitation."""
    return make_response(render_template("onboarding/closed.html"), 404)


def ended_page(key: InvitationKey, end: Cause) -> Response:
    """Why the link leads nowhere any more, and the way on."""
    finished = end is Cause.FINISHED
    connection = living_connection(database.session, key.invitation.company) if finished else None
    words = _words_of_end(key, end, connection)
    page = render_template(
        "onboarding/ended.html",
        visit=visit_of(key),
        words_of=words,
        may_ask=words not in {Cause.FINISHED, "disconnected_link"},
        help_step=CAUSES[end].help,
        asked=visits.was_told(database.session, key.invitation, EventKind.NEW_LINK_ASKED),
        since=connection.created_at if connection else None,
    )
    return make_response(page, 200 if finished else 410)


def _words_of_end(key: InvitationKey, end: Cause, connection: Connection | None) -> str:
    """The page of words for it: one end may have come to be in several ways."""
    if key.invitation.status is InvitationStatus.DECLINED:
        return "declined_link"
    if end is not Cause.FINISHED:
        return end.value
    if connection is None:
        return "disconnected_link"
    renewal = connection.status is ConnectionStatus.RENEWAL_NEEDED
    return "renewal_link" if renewal else end.value
