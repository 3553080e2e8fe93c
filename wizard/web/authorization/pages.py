"""The pages that a trip can be waiting or stranded at."""

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
from wizard.services import visits
from wizard.services.connecting import living_connection
from wizard.services.outcomes import chosen_company
from wizard.web.onboarding import grants
from wizard.web.onboarding.progress import mark
from wizard.web.onboarding.visit import visit_of

LONG_AWAY = timedelta(minutes=3)


def waiting_page(key: InvitationKey, trip: Authorization) -> str:
    """While she is at the provider, or we are at the check; long away has a page of its own."""
    away = trip.status is AuthorizationStatus.AWAY
    if away and now() - trip.created_at > LONG_AWAY:
        return cause_page(key, trip, Cause.NEVER_RETURNED)
    return render_template(
        "authorization/waiting.html",
        visit=visit_of(key, Step.APPROVE),
        state="away" if away else "unavailable" if trip.cause else "checking",
        progress=mark(key, trip),
    )


def cause_page(key: InvitationKey, trip: Authorization, cause: Cause) -> str:
    """Why the trip failed, in the cause's own words, with its ways on."""
    facts = CAUSES[cause]
    already = cause is Cause.ALREADY_CONNECTED
    connection = living_connection(database.session, key.invitation.company) if already else None
    chosen = chosen_company(vault, trip, grants.browser())
    return render_template(
        "authorization/cause.html",
        visit=visit_of(key, Step.APPROVE),
        cause=cause.value,
        ways=[way.value for way in facts.ways],
        chosen_name=chosen.name if chosen else None,
        chosen_number=chosen.organisation_number if chosen else None,
        since=connection.created_at if connection else None,
        maybe_wrong_company=facts.maybe_wrong_company,
        questioned=visits.was_told(database.session, key.invitation, EventKind.NUMBER_QUESTIONED),
        provider_code=trip.provider_code,
        help_step=facts.help,
        progress=mark(key, trip),
    )
