"""The first thing that needs somebody: what the sentence on top of pages and letters says."""

from dataclasses import dataclass
from enum import StrEnum

from wizard.models import MoveReason, Outage, OutageKind, Whose
from wizard.services.desk.overview import Overview, Side, number_of


class NeedKind(StrEnum):
    """What it is, the most pressing first."""

    SILENT = "silent"  # a provider answers nobody
    REFUSED = "refused"  # a provider refuses many at once
    OUR_FAULT = "our_fault"
    LATE = "late"
    RECEIVERS_PAUSED = "receivers_paused"
    FIRM = "firm"  # has a move of its own


@dataclass(frozen=True)
class Need:
    """``number`` is of connections, companies or receivers; ``outage`` is there where one goes on."""

    kind: NeedKind
    number: int
    outage: Outage | None = None


def first_need(found: Overview) -> Need | None:
    """What needs those who run the service; None where all is well. The worker is not judged here."""
    if on := next((one for one in found.outages if one.ended_at is None), None):
        silent = on.kind is OutageKind.SILENT
        return Need(NeedKind.SILENT if silent else NeedKind.REFUSED, on.affected, on)
    if ours := _of_ours(found.sides):
        return ours
    paused = found.receivers_paused
    return Need(NeedKind.RECEIVERS_PAUSED, paused) if paused else None


def first_need_of_firm(sides: list[Side], outages: list[Outage]) -> Need | None:
    """What needs a firm, or keeps its companies waiting; None where all is well.

    Of many that are refused at once a firm hears nothing before it is believed.
    """
    silent = (one for one in outages if one.ended_at is None and one.kind is OutageKind.SILENT)
    on, hit = next(silent, None), number_of(sides, MoveReason.OUTAGE)
    if on and hit:
        return Need(NeedKind.SILENT, hit, on)
    if ours := _of_ours(sides):
        return ours
    mine = sum(side.number for side in sides if side.whose is Whose.FIRM)
    return Need(NeedKind.FIRM, mine) if mine else None


def _of_ours(sides: list[Side]) -> Need | None:
    for kind, reason in (
        (NeedKind.OUR_FAULT, MoveReason.OUR_FAULT),
        (NeedKind.LATE, MoveReason.LATE),
    ):
        if number := number_of(sides, reason):
            return Need(kind, number)
    return None
