"""Visma's answers: what is asked, and how their fields become ours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from wizard.causes import Cause
from wizard.providers.base import ProviderError
from wizard.providers.countdown import Countdown

Row = dict[str, Any]
QUERY_REFUSED = {"2000", "6000", "6001", "400"}
STUMBLED = {"5000", "500", "501"}  # over a query, maybe: where it is the fault, less will do
MISSING = {"3000", "3001", "404"}


@dataclass(frozen=True)
class Asking:
    """Several questions on behalf of one grant, within one time."""

    get: Callable[[str, float], Row]
    countdown: Countdown

    def one(self, path: str) -> Row | None:
        """An object; None when Visma says that there is none."""
        try:
            return self.get(path, self.countdown.left)
        except ProviderError as error:
            if error.code in MISSING:
                return None
            raise

    def page(self, path: str, **query: object) -> Row | None:
        """An envelope, by a query whose names begin with $; None when Visma refuses the query.

        A list of something that is not there is empty.
        """
        asked = {f"${name}": value for name, value in query.items() if value not in {"", None}}
        text = urlencode(asked, quote_via=quote, safe="$(),")
        try:
            return self.get(f"{path}{'&' if '?' in path else '?'}{text}", self.countdown.left)
        except ProviderError as error:
            if error.code in MISSING:
                return {"Data": []}
            chosen = asked.keys() & {"$filter", "$orderby"}
            if error.code in QUERY_REFUSED or (chosen and error.code in STUMBLED):
                return None
            raise


def unreadable() -> ProviderError:
    """An answer that no true Visma gives."""
    return ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="bad_answer")


def data_of(envelope: Row) -> list[Row]:
    """The rows of a list; ProviderError when it is none."""
    rows = envelope.get("Data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unreadable()
    return rows


def text(value: object, longest: int) -> str:
    """A value as text that can be stored and shown: no control characters, no halves of letters."""
    return "".join(filter(str.isprintable, str(value or "")))[:longest]


def identity(value: object) -> str:
    """An id, always written the same way; empty when it is none, so that it never shapes an address."""
    try:
        return str(UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


def whole(value: object) -> int:
    """A whole number; 0 when it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def day_of(value: object) -> date | None:
    """The day of a time as Visma writes it."""
    try:
        return datetime.fromisoformat(str(value)).date() if isinstance(value, str) else None
    except ValueError:
        return None


def amount(value: object) -> Decimal:
    """An amount with its two decimals; zero when there is none."""
    try:
        found = Decimal(str(value or 0)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return Decimal("0.00")
    return found if found.is_finite() else Decimal("0.00")
