"""The background service as the pages show it: when it answered, and what has waited how long."""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext, ngettext

from wizard.services.heartbeat import Pulse
from wizard.web.forms import lazy

SORTS = {
    "check": lazy("Check of a connection"),
    "refresh": lazy("New keys for a connection"),
    "revocation": lazy("Permission to hand back"),
    "trip": lazy("Attempt to connect"),
    "letter": lazy("Mail"),
    "webhook": lazy("Webhook"),
}


@dataclass(frozen=True)
class Waiting:
    """The oldest of one sort of work that is due."""

    what: str
    waited: str
    is_late: bool


@dataclass(frozen=True)
class ShownPulse:
    """What is said of the background service; ``answered`` is None when it never has."""

    is_alive: bool
    is_late: bool
    answered: str | None
    workers: int
    waiting: list[Waiting]


def shown_pulse(pulse: Pulse) -> ShownPulse:
    """The pulse in words."""
    waiting = [
        Waiting(str(SORTS[sort]), length(waited), sort in pulse.late)
        for sort, waited in pulse.waiting.items()
    ]
    answered = length(timedelta(seconds=pulse.seconds)) if pulse.answered_at else None
    return ShownPulse(pulse.is_alive, bool(pulse.late), answered, pulse.workers, waiting)


def length(span: timedelta) -> str:
    """A length of time in its largest whole unit."""
    seconds = int(span.total_seconds())
    if seconds < 120:
        return gettext("%(number)s s", number=seconds)
    if seconds < 2 * 3600:
        return gettext("%(number)s min", number=seconds // 60)
    if seconds < 2 * 86400:
        return gettext("%(number)s h", number=seconds // 3600)
    return ngettext("%(num)s day", "%(num)s days", seconds // 86400)
