"""The pages of an authorization that is waiting or has failed."""

from datetime import timedelta

from flask import render_template

from wizard.causes import CAUSES, Cause
from wizard.extensions import database, vault
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    EventKind,
    InvitationKey,
    Step,
    now,
)
from wizard.services.authorizations.check import tried_until
from wizard.services.authorizations.code_flow import is_away_again
from wizard.services.authorizations.outcomes import chosen_company, is_in_queue
from wizard.services.companies.company_directory import connection_of
from wizard.services.invitations import visits
from wizard.web.authorization.forms import TellMeForm
from wizard.web.authorization.news import news_form
from wizard.web.onboarding import held_links
from wizard.web.onboarding.progress import mark
from wizard.web.onboarding.visit import visit_of

LONG_AWAY = timedelta(minutes=3)


def waiting_page(
    key: InvitationKey, authorization: Authorization, form: TellMeForm | None = None
) -> str:
    """The page shown during the visit to the provider and the check, also after a long absence."""
    away = authorization.status is AuthorizationStatus.AWAY
    queue = is_in_queue(authorization)
    if away and now() - authorization.created_at > LONG_AWAY:
        return cause_page(key, authorization, Cause.NEVER_RETURNED)
    return render_template(
        "authorization/waiting.html",
        visit=visit_of(key, Step.APPROVE),
        state="away" if away else "waiting" if authorization.cause else "checking",
        cause="queue" if queue else authorization.cause,
        held=authorization.status is AuthorizationStatus.CHECKING,
        until=tried_until(authorization),
        progress=mark(key, authorization),
        **news_form(authorization, form),
    )


def cause_page(
    key: InvitationKey,
    authorization: Authorization,
    cause: Cause,
    form: TellMeForm | None = None,
    unnamed: str | None = None,
) -> str:
    """The page that explains why the authorization failed, and what to do next.

    ``unnamed`` is what a wrong company is called for whoever may not read its name.
    """
    facts, session, invitation = CAUSES[cause], database.session, key.invitation
    already = cause is Cause.ALREADY_CONNECTED
    connection = connection_of(session, invitation.company) if already else None
    chosen = chosen_company(vault, authorization, held_links.browser())
    right = authorization.right_company
    told = (
        visits.was_told(session, invitation, EventKind.NUMBER_QUESTIONED)
        if facts.chose_wrong
        else visits.was_told_of(session, invitation, cause)
    )
    return render_template(
        "authorization/cause.html",
        visit=visit_of(key, Step.APPROVE),
        cause=cause.value,
        ways=[way.value for way in facts.ways_on(right_company=right, told=told)],
        main_way=not told or facts.mended_at_provider,
        chosen_name=chosen.name if chosen else unnamed if authorization.chosen_company else None,
        chosen_number=chosen.organisation_number if chosen else None,
        since=connection.created_at if connection else None,
        maybe_wrong_company=facts.maybe_wrong_company and not right and not told,
        right_company=right,
        told=told,
        away_again=is_away_again(database.session, authorization),
        provider_code=authorization.provider_code,
        help_step=facts.help,
        progress=mark(key, authorization),
        **news_form(authorization, form),
    )


def page_of(key: InvitationKey, authorization: Authorization, form: TellMeForm) -> str:
    """The page that an attempt that waits is on, with a form that was not filled in right."""
    if authorization.status is AuthorizationStatus.FAILED:
        return cause_page(key, authorization, Cause(str(authorization.cause)), form)
    return waiting_page(key, authorization, form)
