"""The situation of an approver for support: step, since when, error, and the help that solves it."""

from dataclasses import dataclass
from datetime import datetime

from wizard.causes import facts_of
from wizard.extensions import settings
from wizard.models import AuthorizationStatus, Step
from wizard.models.invitation import RENEWING
from wizard.services.companies.support_search import Place
from wizard.web.event_texts import STEPS, cause_heading
from wizard.web.help.links import help_link

# The help for an approver who has stopped without an error.
HELP_AT_STEP = {
    Step.WELCOME: "ge-behorighet#steg-1",
    Step.PERMISSION: "behorigheter#steg-1",
    Step.BOOKKEEPING: "bokforing#steg-1",
    Step.COMPANY: "valj-foretag#steg-1",
    Step.APPROVE: "ge-behorighet#steg-2",
}


@dataclass(frozen=True)
class Situation:
    """An approver's situation in words; ``help`` is the full URL of the help's step, if one applies."""

    step: str
    number: int
    steps: int
    last_seen_at: datetime | None
    attempt: str | None
    attempt_at: datetime | None
    cause: str | None
    help: str | None
    provider_code: str | None
    provider_error_id: str | None
    permission: str | None  # her answers, as values of RequirementAnswer
    bookkeeping: str | None


def situations(places: list[Place]) -> list[Situation]:
    """The situation of each approver, in the order given."""
    return [_situation(place) for place in places]


def help_address(target: str) -> str:
    """The full URL of <article>#steg-<n>; empty without a target."""
    return settings.public_url + help_link(target) if target else ""


def help_of(cause: str) -> str:
    """The help's step for a cause, as <article>#steg-<n>."""
    return facts_of(cause).help


def _situation(place: Place) -> Situation:
    road = RENEWING if place.renews else tuple(Step)
    target = help_of(place.cause) if place.cause else HELP_AT_STEP[place.step]
    arrived = place.authorization_status is AuthorizationStatus.SUCCEEDED
    return Situation(
        step=str(STEPS[place.step]),
        number=sum(step.number <= place.step.number for step in road),
        steps=len(road),
        last_seen_at=place.last_seen_at,
        attempt=place.authorization_status.value if place.authorization_status else None,
        attempt_at=place.attempt_at,
        cause=cause_heading(place.cause) if place.cause else None,
        help=None if arrived else help_address(target),
        provider_code=place.provider_code,
        provider_error_id=place.provider_error_id,
        permission=place.permission_answer.value if place.permission_answer else None,
        bookkeeping=place.bookkeeping_answer.value if place.bookkeeping_answer else None,
    )
