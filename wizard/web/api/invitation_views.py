"""Operations on invitations: create, read, withdraw, resend."""

from flask import Response, url_for

from wizard.causes import Cause
from wizard.extensions import database, providers
from wizard.models import LIVING, Company, Creation, Invitation, KeyPurpose, Scope, User, now
from wizard.services.api import firm_records, handovers, idempotency
from wizard.services.api.handovers import MemberUnknownError
from wizard.services.invitations import inviting, lifecycle, mailing
from wizard.services.invitations.inviting import ConnectedAlreadyError
from wizard.services.invitations.lifecycle import InvitationEndedError, Link
from wizard.services.outbox import Addressee
from wizard.web import limits
from wizard.web.api import repetition, schemas, shapes
from wizard.web.api.authentication import caller
from wizard.web.api.blueprint import blueprint
from wizard.web.api.company_views import record_of
from wizard.web.api.description import READ, WITH_BODY, Answers, described
from wizard.web.api.problems import ProblemError
from wizard.web.forms.letters import can_mail

MAKING = (*WITH_BODY, 404, 409)


@blueprint.post("/companies/<company_id>/invitations")
@described(
    "invitations",
    Scope.INVITATIONS,
    Answers(schemas.InvitationWithLink, 201, problems=MAKING, made=True),
)
def create_invitation(
    company_id: str, json: schemas.NewInvitation, headers: schemas.Repeatable
) -> Response:
    """Invite a company’s approver: returns the open invitation or a new one, always with a new link.

    If an address is given, the invitation is also mailed, with a separate link. A request repeated with
    the same Idempotency-Key returns the same invitation with another new link, and mails nothing.
    """
    company, sender = record_of(company_id).company, _sender(json.sender)
    with repetition.once(headers, json) as creation:
        invitation = _made(creation) or _begun(company, json, sender, creation)
    body = shapes.invitation_with_link(invitation, _new_link(invitation, sender))
    return shapes.made(body, url_for("api.read_invitation", invitation_id=body.id))


@blueprint.get("/invitations/<invitation_id>")
@described("invitations", Scope.STATUS, Answers(schemas.Invitation, problems=READ))
def read_invitation(invitation_id: str) -> Response:
    """Read one invitation, without its links."""
    return shapes.answer(shapes.invitation(_invitation_of(invitation_id)))


@blueprint.post("/invitations/<invitation_id>/withdraw")
@described("invitations", Scope.INVITATIONS, Answers(schemas.Invitation, problems=READ))
def withdraw_invitation(invitation_id: str) -> Response:
    """Withdraw an invitation and end all its links. The operation is idempotent."""
    invitation = _invitation_of(invitation_id)
    lifecycle.withdraw(database.session, invitation, None)
    return shapes.answer(shapes.invitation(invitation))


@blueprint.post("/invitations/<invitation_id>/resend")
@described("invitations", Scope.INVITATIONS, Answers(schemas.InvitationWithLink, problems=MAKING))
def resend_invitation(
    invitation_id: str, json: schemas.NewInvitation, headers: schemas.Repeatable
) -> Response:
    """Create another link to an open invitation; if an address is given, a separate link is mailed.

    A request repeated with the same Idempotency-Key returns another new link, and mails nothing.
    """
    invitation, sender = _invitation_of(invitation_id), _sender(json.sender)
    _refuse_if_ended(invitation)
    with repetition.once(headers, json) as creation:
        if json.email and not creation.made:
            _may_mail(invitation.company, json.email)
            idempotency.remember(database.session, creation, invitation.public_id)
            _mail(invitation.company, json, sender)
    body = shapes.invitation_with_link(invitation, _link(invitation, sender))
    return shapes.answer(body)


def _invitation_of(public_id: str) -> Invitation:
    found = firm_records.find_invitation(database.session, caller().firm_id, public_id)
    if found is None:
        raise ProblemError("not_found")
    return found


def _made(creation: Creation) -> Invitation | None:
    """The invitation that an earlier request with the same Idempotency-Key created, if any."""
    return _invitation_of(creation.made) if creation.made else None


def _begun(
    company: Company, new: schemas.NewInvitation, sender: User | None, creation: Creation
) -> Invitation:
    """The company's open invitation, or a new one; it is mailed if an address is given. Commits."""
    if new.email:
        _may_mail(company, new.email)
    provider = next(iter(providers))
    try:
        inviting.refuse_if_working(database.session, company)
    except ConnectedAlreadyError:
        raise ProblemError(Cause.ALREADY_CONNECTED.value) from None
    living = lifecycle.living_invitation(database.session, company)
    invitation = living or lifecycle.begin(database.session, company, provider, sender)
    idempotency.remember(database.session, creation, invitation.public_id)
    if new.email:  # in the same transaction, so that a repeated request mails nothing more
        _mail(company, new, sender)
    database.session.commit()
    return _invitation_of(invitation.public_id)


def _may_mail(company: Company, to: str) -> None:
    if not can_mail():
        raise ProblemError("no_mail")
    limits.letters(company.public_id)
    limits.letter_to(to, f"key {caller().id}", company.firm_id)


def _mail(company: Company, new: schemas.NewInvitation, sender: User | None) -> None:
    to = Addressee(str(new.email), new.language, new.name)
    provider = next(iter(providers))
    try:
        mailing.mail_invitation(database.session, company, provider, sender, to, new.words)
    except ConnectedAlreadyError:
        raise ProblemError(Cause.ALREADY_CONNECTED.value) from None


def _new_link(invitation: Invitation, sender: User | None) -> Link | None:
    """A new link for this response; None if the invitation has ended since it was created."""
    if invitation.status_at(now()) not in LIVING:
        return None
    return _link(invitation, sender)


def _link(invitation: Invitation, sender: User | None) -> Link:
    limits.links(invitation.company)
    try:
        return lifecycle.show_link(database.session, invitation, sender, KeyPurpose.PLATFORM)
    except InvitationEndedError:
        raise ProblemError("invitation_ended") from None


def _refuse_if_ended(invitation: Invitation) -> None:
    if invitation.status_at(now()) not in LIVING:
        raise ProblemError("invitation_ended")


def _sender(email: str | None) -> User | None:
    """The member in whose name the invitation is sent."""
    if email is None:
        return None
    try:
        return handovers.find_member(database.session, caller(), email)
    except MemberUnknownError:
        raise ProblemError("member_unknown") from None
