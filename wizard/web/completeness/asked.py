"""What an address asks for of a year: which vouchers without documents, which page of them, or all to print."""

from dataclasses import dataclass

from flask import request

from wizard.services.evidence.year_findings import SPANS, Which

LAST_PAGE = 10_000


@dataclass(frozen=True)
class Asked:
    """Which vouchers are listed; ``given`` is the same as parts of an address."""

    which: Which
    page: int
    is_printed: bool
    given: dict[str, str]


def asked_here() -> Asked:
    """What this request asks for; what cannot be read is not asked for."""
    series, account = request.args.get("serie"), request.args.get("konto", "")[:12]
    span, number = request.args.get("belopp", ""), request.args.get("sida", "1")
    place = int(span) if span in map(str, range(len(SPANS))) else None
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    which = Which(None if series is None else series[:20], account, place)
    given = {
        "serie": which.series,
        "konto": account or None,
        "belopp": span if place is not None else None,
    }
    return Asked(
        which,
        min(max(1, page), LAST_PAGE),
        "utskrift" in request.args,
        {name: value for name, value in given.items() if value is not None},
    )
