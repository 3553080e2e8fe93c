"""The page of each step, as the reader of a link sees it; renders, and changes nothing."""

from flask import render_template, request

from wizard.extensions import database
from wizard.models import AuthorizationStatus, InvitationKey, RequirementAnswer, Step
from wizard.services.authorizations.code_flow import is_awaited
from wizard.services.warnings import outages
from wizard.web.onboarding.forms import BookkeepingForm, PermissionForm
from wizard.web.onboarding.progress import deciding_authorization, mark
from wizard.web.onboarding.visit import to_renew, visit_of
from wizard.web.onboarding.wording import wording_here, words_of


def step_page(key: InvitationKey, step: Step) -> str:
    """The page of a step that is open."""
    if step is Step.APPROVE:
        return _approve_page(key)
    if step is Step.PERMISSION:
        return requirement_page(key, step, PermissionForm, key.permission_answer)
    if step is Step.BOOKKEEPING:
        return requirement_page(key, step, BookkeepingForm, key.bookkeeping_answer)
    more = {"renewed": to_renew(key)} if step is Step.WELCOME else {}
    return render_template(f"onboarding/{step.value}.html", visit=visit_of(key, step), **more)


def requirement_page(
    key: InvitationKey,
    step: Step,
    asking: type[PermissionForm | BookkeepingForm],
    answer: RequirementAnswer | None,
    refused: PermissionForm | BookkeepingForm | None = None,
) -> str:
    """A requirement's question, or its advice where the answer needs some; ``svara`` asks again.

    ``refused`` is the question as it was answered, where that was no answer.
    """
    asks = refused or "svara" in request.args or answer in {None, RequirementAnswer.YES}
    return render_template(
        f"onboarding/{step.value}.html",
        visit=visit_of(key, step),
        form=(refused or asking(answer=answer)) if asks else None,
        answer=None if asks else answer,
    )


def _approve_page(key: InvitationKey) -> str:
    authorization = deciding_authorization(key)
    failed = authorization and authorization.status is AuthorizationStatus.FAILED
    return render_template(
        "onboarding/approve.html",
        visit=visit_of(key, Step.APPROVE),
        progress=mark(key, authorization),
        silent_since=outages.silent_since(database.session, key.invitation.provider),
        awaited=authorization is not None and is_awaited(authorization),
        terms_template=words_of(key.invitation.provider, wording_here()),
        last_cause=authorization.cause if authorization and failed else None,
    )
