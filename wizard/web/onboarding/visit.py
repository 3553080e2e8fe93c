"""The approver's visit: template variables of every step, and the decorators that load it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, TypeVar

from flask import Response, make_response, redirect, render_template, request, url_for
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
    now,
)
from wizard.services import outbox
from wizard.services.companies.company_directory import connection_of
from wizard.services.invitations import contact_keys, visits
from wizard.services.invitations.contact_keys import State
from wizard.services.invitations.lifecycle import InvitationEndedError
from wizard.web.forms.letters import can_mail
from wizard.web.hooks import kept_forms
from wizard.web.onboarding.held_links import granted, list_with, shown
from wizard.web.receipt import held_receipts

ViewResponse = str | BaseResponse
View = Callable[[InvitationKey], ViewResponse]
V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True)
class Visit:
    """What the approver's pages show of the invitation."""

    public_id: str
    provider: str
    company_name: str
    organisation_number: str
    firm_name: str
    logo: tuple[str, int, int] | None  # the address of the firm's own, its width and its height
    sender_name: str | None
    asked_by: str | None  # the approver who handed over, where that is why her reader is here
    was_handed_over: bool
    told_name: str  # who hears of a no or a question
    contact_name: str
    contact_phone: str
    contact_email: str
    code: str
    expires_at: datetime
    ends_on: date | None  # until when the firm asks to read
    renews: bool
    step: int
    steps: int
    others: "Others | None" = None  # what else waits for her, where one link opens all


@dataclass(frozen=True)
class Others:
    """The other companies of one who has a link to several: the list's id, and the one to go on with.

    ``waiting`` is how many wait beside this one, ``done`` how many are done, of ``number`` in all.
    """

    list_id: str
    next_id: str | None
    next_name: str | None
    waiting: int
    done: int
    number: int


def others_of(key: InvitationKey) -> Others | None:
    """What else the link waits beside, in a browser that holds its reader's list; else None."""
    held = list_with(key)
    if held is None:
        return None
    companies = contact_keys.companies_of(database.session, held)
    following = contact_keys.next_of(companies, but=key.invitation_id)
    invitation = following.key.invitation if following else None
    states = [one.state for one in companies if one.key.invitation_id != key.invitation_id]
    return Others(
        list_id=held.public_id,
        next_id=invitation.public_id if invitation else None,
        next_name=invitation.company.name if invitation else None,
        waiting=sum(state in contact_keys.WAITING for state in states),
        done=sum(one.state is State.DONE for one in companies),
        number=len(companies),
    )


def visit_of(key: InvitationKey, step: Step | None = None) -> Visit:
    """The visit of a link, at a step; by default the first open one."""
    return visit_to(key.invitation, step or key.open_step, key)


def visit_to(invitation: Invitation, step: Step, key: InvitationKey | None = None) -> Visit:
    """The visit to an invitation, by one of its links or without, such as by a receipt."""
    company, firm, sender = invitation.company, invitation.company.firm, invitation.created_by
    reached = company.to_call
    return Visit(
        public_id=invitation.public_id,
        provider=invitation.provider,
        company_name=company.name,
        organisation_number=company.organisation_number,
        firm_name=firm.name,
        logo=(firm.logo_id, firm.logo_width or 0, firm.logo_height or 0) if firm.logo_id else None,
        sender_name=sender.name if sender else None,
        asked_by=key.asked_by if key else None,
        was_handed_over=key is not None and key.was_handed_over,
        told_name=outbox.told_of(invitation)[2],
        contact_name=reached.contact_name,
        contact_phone=reached.contact_phone,
        contact_email=reached.contact_email,
        code=invitation.code,
        expires_at=invitation.expires_at,
        ends_on=invitation.consent_ends_on,
        renews=invitation.renews_id is not None,
        step=invitation.count_to(step),
        steps=len(invitation.road),
        others=others_of(key) if key else None,
    )


def to_renew(key: InvitationKey) -> Connection | None:
    """The connection that this visit renews; None if it creates a new one."""
    if key.invitation.renews_id is None:
        return None
    return connection_of(database.session, key.invitation.company)


def with_key(view: View, *, shows: bool = False) -> Callable[[str], ViewResponse]:
    """Pass the view the browser's held link; without one, show how to open the page.

    ``shows``: by GET the view changes nothing of the link, and gets one that belongs to no session.
    """

    @wraps(view)
    def guarded(public_id: str) -> ViewResponse:
        only_shown = shows and request.method != "POST"
        key = shown(public_id) if only_shown else granted(public_id)
        return view(key) if key else closed_page()

    return guarded


def with_shown_key(view: View) -> Callable[[str], ViewResponse]:
    """As with_key, for a view that changes nothing of the link."""
    return with_key(view, shows=True)


def with_living_key(view: View, *, shows: bool = False) -> Callable[[str], ViewResponse]:
    """As with_key, but shows the page for an ended link, even if it ends during the request."""

    @wraps(view)
    def living(key: InvitationKey) -> ViewResponse:
        if end := visits.end_of(key):
            return ended_page(key, end)
        try:
            return view(key)
        except InvitationEndedError:
            return ended_page(key, visits.end_of(key) or Cause.REPLACED)

    return with_key(living, shows=shows)


def at_step(step: Step, *, shows: bool = True) -> Callable[[View], Callable[[str], ViewResponse]]:
    """As with_living_key, but redirects to the first open step if this step is not open yet."""

    def decorate(view: View) -> Callable[[str], ViewResponse]:
        @wraps(view)
        def in_order(key: InvitationKey) -> ViewResponse:
            if not (key.has_reached(step) and step in key.invitation.road):
                return redirect(step_address(key, key.open_step), 303)
            if not visits.was_just_seen(key):
                visits.seen(database.session, key)
            return view(key)

        return with_living_key(in_order, shows=shows)

    return decorate


def step_address(key: InvitationKey, step: Step) -> str:
    """The URL of a step of this link."""
    return url_for(f"onboarding.{step.value}", public_id=key.invitation.public_id)


def closed_page() -> Response:
    """The page for a browser without the link; the same for invitations that do not exist.

    What was written in a form is kept until the link is opened again.
    """
    if request.method == "POST":
        kept_forms.keep_form()
    return make_response(render_template("onboarding/closed.html"), 404)


def ended_page(key: InvitationKey, end: Cause) -> Response:
    """The page that explains why the link has ended, and what to do next."""
    finished = end is Cause.FINISHED
    connection = connection_of(database.session, key.invitation.company) if finished else None
    words = _words_of_end(key, end, connection)
    may_ask = words not in {Cause.FINISHED, "disconnected_link"}
    page = render_template(
        "onboarding/ended.html",
        visit=visit_of(key),
        words_of=words,
        may_ask=may_ask,
        help_step=CAUSES[end].help,
        asked=may_ask
        and visits.was_told(database.session, key.invitation, EventKind.NEW_LINK_ASKED),
        connection=connection,
        moment=now(),
        held=held_receipts.granted_to(key.invitation) if finished else None,
        can_mail=finished and can_mail(),
    )
    return make_response(page, 200 if finished else 410)


def _words_of_end(key: InvitationKey, end: Cause, connection: Connection | None) -> str:
    """The name of the template that explains the end; one end can have several causes."""
    if key.invitation.status is InvitationStatus.DECLINED:
        return "declined_link"
    if end is not Cause.FINISHED:
        return end.value
    if connection is None:
        return "disconnected_link"
    renewal = connection.status is ConnectionStatus.RENEWAL_NEEDED
    return "renewal_link" if renewal else end.value
