"""The worker's state for display: its last heartbeat, and how long due work has waited."""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext, ngettext

from wizard.services.upkeep.heartbeat import Pulse
from wizard.web.forms.base import lazy

SORTS = {
    "check": lazy("Check of a connection"),
    "refresh": lazy("New keys for a connection"),
    "revocation": lazy("Permission to hand back"),
    "authorization": lazy("Attempt to connect"),
    "letter": lazy("Mail"),
    "webhook": lazy("Webhook"),
}


@dataclass(frozen=True)
class Waiting:
    """The oldest due item of one kind of work."""

    what: str
    waited: str
    is_late: bool


@dataclass(frozen=True)
class ShownPulse:
    """The worker's state in words; ``answered`` is None if it has never sent a heartbeat."""

    is_alive: bool
    is_late: bool
    answered: str | None
    workers: int
    waiting: list[Waiting]


def shown_pulse(pulse: Pulse) -> ShownPulse:
    """The worker's state, formatted for display."""
    waiting = [
        Waiting(str(SORTS[sort]), length(waited), sort in pulse.late)
        for sort, waited in pulse.waiting.items()
    ]
    answered = length(timedelta(seconds=pulse.seconds)) if pulse.answered_at else None
    return ShownPulse(pulse.is_alive, bool(pulse.late), answered, pulse.workers, waiting)


def length(span: timedelta) -> str:
    """A duration in its largest whole unit."""
    seconds = int(span.total_seconds())
    if seconds < 120:
        return gettext("%(number)s s", number=seconds)
    if seconds < 2 * 3600:
        return gettext("%(number)s min", number=seconds // 60)
    if seconds < 2 * 86400:
        return gettext("%(number)s h", number=seconds // 3600)
    return ngettext("%(num)s day", "%(num)s days", seconds // 86400)
