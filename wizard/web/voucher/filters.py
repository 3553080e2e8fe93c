"""The filters of the list of vouchers, as the address has them."""

import re
from dataclasses import dataclass
from datetime import date

from flask import request

from wizard.services.books.looking import Position
from wizard.services.books.voucher_filters import (
    UnreadableFilterError,
    VoucherFilter,
    parse_accounts,
    parse_amount,
)
from wizard.services.values.search import clean_search

FIELDS = {
    "serie": "series",
    "belopp": "amount",
    "konto": "accounts",
    "fran": "first",
    "till": "last",
}
WITHOUT = "utan"
POSITION = re.compile(r"([0-9]{1,6})\.([0-9]{1,4})")


@dataclass(frozen=True)
class Narrowed:
    """The filter, what was written in each field, the fields that cannot be read, and where to look on."""

    filter: VoucherFilter
    written: dict[str, str]
    unreadable: frozenset[str]
    position: Position

    @property
    def is_used(self) -> bool:
        """True if something is asked for that the provider does not search by itself."""
        return not self.filter.is_empty()


def narrowed(text: str) -> Narrowed:
    """The filter in the address, together with a text to search for."""
    written = {name: clean_search(request.args.get(name, "")) for name in FIELDS}
    wrong = set[str]()
    found: dict[str, object] = {"text": text, "series": written["serie"].upper()[:10]}
    for name, read in (
        ("belopp", parse_amount),
        ("konto", parse_accounts),
        ("fran", _day),
        ("till", _day),
    ):
        try:
            found[FIELDS[name]] = read(written[name])
        except UnreadableFilterError:
            wrong.add(name)
    without = WITHOUT in request.args
    given = {name: value for name, value in written.items() if value} | (
        {WITHOUT: "1"} if without else {}
    )
    wanted = VoucherFilter(without_documents=without, **found)  # type: ignore[arg-type]
    return Narrowed(wanted, given, frozenset(wrong), _position(request.args.get("efter", "")))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnreadableFilterError("day") from None


def _position(text: str) -> Position:
    found = POSITION.fullmatch(text)
    return Position(max(1, int(found[1])), int(found[2])) if found else Position()
