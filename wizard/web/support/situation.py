"""A reader's place in words: the step, since when, what went wrong, and the help step that cures it."""

from dataclasses import dataclass
from datetime import datetime

from wizard.causes import CAUSES, Cause
from wizard.extensions import settings
from wizard.models import AuthorizationStatus, Step
from wizard.models.invitation import RENEWING
from wizard.services.support import Place
from wizard.web.help.links import help_link
from wizard.web.history import STEPS, cause_heading

# The help for somebody who has not failed at anything, only stopped.
HELP_AT_STEP = {
    Step.WELCOME: "ge-behorighet#steg-1",
    Step.PERMISSION: "behorigheter#steg-1",
    Step.BOOKKEEPING: "bokforing#steg-1",
    Step.COMPANY: "valj-foretag#steg-1",
    Step.APPROVE: "ge-behorighet#steg-2",
}


@dataclass(frozen=True)
class Situation:
    """What support says on the phone; ``help`` is the whole address of the step that helps, if one is needed."""

    step: str
    number: int
    steps: int
    last_seen_at: datetime | None
    trip: str | None
    trip_at: datetime | None
    cause: str | None
    help: str | None
    provider_code: str | None
    provider_error_id: str | None


def situations(places: list[Place]) -> list[Situation]:
    """Each reader's situation, in the order given."""
    return [_situation(place) for place in places]


def help_address(target: str) -> str:
    """The whole address of <article>#steg-<n>, to be sent to somebody; empty when there is none."""
    return settings.public_url + help_link(target) if target else ""


def help_of(cause: str) -> str:
    """The step that cures a cause, as <article>#steg-<n>."""
    return CAUSES[Cause(cause)].help


def _situation(place: Place) -> Situation:
    road = RENEWING if place.renews else tuple(Step)
    target = help_of(place.cause) if place.cause else HELP_AT_STEP[place.step]
    arrived = place.trip_status is AuthorizationStatus.SUCCEEDED
    return Situation(
        step=str(STEPS[place.step]),
        number=sum(step.number <= place.step.number for step in road),
        steps=len(road),
        last_seen_at=place.last_seen_at,
        trip=place.trip_status.value if place.trip_status else None,
        trip_at=place.trip_at,
        cause=cause_heading(place.cause) if place.cause else None,
        help=None if arrived else help_address(target),
        provider_code=place.provider_code,
        provider_error_id=place.provider_error_id,
    )
