"""Calls to Visma's API, and conversion of the fields in its responses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from wizard.causes import Cause
from wizard.plain_text import one_line
from wizard.providers.base import ProviderError
from wizard.providers.deadline import Deadline

Row = dict[str, Any]
QUERY_REFUSED = {"2000", "6000", "6001", "400"}
STUMBLED = {"5000", "500", "501"}  # maybe caused by the query: a simpler one may work
MISSING = {"3000", "3001", "404"}


@dataclass(frozen=True)
class Asking:
    """Calls on behalf of one grant, within a shared time limit."""

    get: Callable[[str, float], Row]
    deadline: Deadline

    def one(self, path: str) -> Row | None:
        """One object; None if Visma answers that it does not exist."""
        try:
            return self.get(path, self.deadline.left)
        except ProviderError as error:
            if error.code in MISSING:
                return None
            raise

    def page(self, path: str, **query: object) -> Row | None:
        """A page of a list (an envelope), by OData query options ($…); None if Visma refuses the query.

        A list that does not exist (404) is empty.
        """
        asked = {f"${name}": value for name, value in query.items() if value not in {"", None}}
        text = urlencode(asked, quote_via=quote, safe="$(),")
        try:
            return self.get(f"{path}{'&' if '?' in path else '?'}{text}", self.deadline.left)
        except ProviderError as error:
            if error.code in MISSING:
                return {"Data": []}
            chosen = asked.keys() & {"$filter", "$orderby"}
            if error.code in QUERY_REFUSED or (chosen and error.code in STUMBLED):
                return None
            raise


def unreadable() -> ProviderError:
    """The error for a response that Visma's API never gives."""
    return ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="bad_answer")


def data_of(envelope: Row) -> list[Row]:
    """The rows of an envelope; raises ProviderError if it is not one."""
    rows = envelope.get("Data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unreadable()
    return rows


def text(value: object, longest: int) -> str:
    """A value as text that can be stored and shown, on one line, without what takes no room."""
    return one_line(str(value or ""))[:longest].strip()


def identity(value: object) -> str:
    """An id in canonical form; empty if it is not one, so that it can never alter a URL."""
    try:
        return str(UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


def whole(value: object) -> int:
    """A value as an integer; 0 if it is not one."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def day_of(value: object) -> date | None:
    """The date of a timestamp in Visma's format; None if it is not one."""
    try:
        return datetime.fromisoformat(str(value)).date() if isinstance(value, str) else None
    except ValueError:
        return None


def amount(value: object) -> Decimal:
    """An amount with two decimals; zero if there is none."""
    try:
        found = Decimal(str(value or 0)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return Decimal("0.00")
    return found if found.is_finite() else Decimal("0.00")
