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
LONGEST_READ = 4000  # characters of a text, of which fewer are kept
NO_PAGES = {"CurrentPage": 1, "TotalNumberOfPages": 1, "TotalNumberOfResults": 0}
STUMBLED = {"5000", "500", "501"}  # maybe caused by the query: a simpler one may work
MISSING = {
    "3000",
    "3001",
}  # only Visma itself says so: a bare 404 may come from something in between


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
            raise _read_anew(error) from None

    def page(self, path: str, **query: object) -> Row | None:
        """A page of a list (an envelope), by OData query options ($…); None if Visma refuses the query.

        A list within an object, such as a year's vouchers, is empty if Visma says that there is none.
        Every other list exists, so that Visma's not finding it is an error.
        """
        asked = {f"${name}": value for name, value in query.items() if value not in {"", None}}
        text = urlencode(asked, quote_via=quote, safe="$(),")
        try:
            return self.get(f"{path}{'&' if '?' in path else '?'}{text}", self.deadline.left)
        except ProviderError as error:
            if error.code in MISSING and "/" in path.partition("?")[0]:
                return {"Data": [], "Meta": NO_PAGES}
            chosen = asked.keys() & {"$filter", "$orderby"}
            if error.code in QUERY_REFUSED or (chosen and error.code in STUMBLED):
                return None
            raise _read_anew(error) from None


@dataclass(frozen=True)
class Paging:
    """What an envelope says of the list that its rows are a page of."""

    page: int
    pages: int
    total: int


def unreadable() -> ProviderError:
    """The error for a response that Visma's API never gives."""
    return ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="bad_answer")


def data_of(envelope: Row) -> list[Row]:
    """The rows of an envelope; raises ProviderError if it is not one."""
    rows = envelope.get("Data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unreadable()
    return rows


def paging_of(envelope: Row) -> Paging:
    """The page's place in its list; raises ProviderError if it is not said, or rows are missing."""
    meta = envelope.get("Meta")
    if not isinstance(meta, dict):
        raise unreadable()
    numbers = [meta.get(name) for name in NO_PAGES]
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in numbers):
        raise unreadable()
    page, pages, total = (whole(one) for one in numbers)
    if total > 0 and not data_of(envelope) and page <= pages:
        raise unreadable()
    return Paging(max(1, page), max(1, pages), max(0, total))


def text(value: object, longest: int) -> str:
    """A value as text that can be stored and shown, on one line, without what takes no room."""
    read = str(value or "")[:LONGEST_READ]  # to compose accents takes the square of the length
    return one_line(read)[:longest].strip()


def named(value: object) -> str:
    """An id that must be there; raises ProviderError if it is not one."""
    found = identity(value)
    if not found:
        raise unreadable()
    return found


def all_named(values: object) -> tuple[str, ...]:
    """The ids of a list, which may be absent; raises ProviderError if one of them is none."""
    return tuple(named(one) for one in rows_in(values))


def rows_in(values: object) -> list[Any]:
    """A list within an object, which may be absent; raises ProviderError if it is something else."""
    if values is None:
        return []
    if not isinstance(values, list):
        raise unreadable()
    return values


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
    """The date of a timestamp in Visma's format; None if absent. Raises ProviderError if unreadable."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise unreadable()
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        raise unreadable() from None


def amount(value: object) -> Decimal:
    """An amount with two decimals; zero if absent. Raises ProviderError if unreadable."""
    if isinstance(value, bool):
        raise unreadable()
    try:
        found = Decimal(str(0 if value is None else value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise unreadable() from None
    if not found.is_finite():
        raise unreadable()
    return found


def _read_anew(error: ProviderError) -> ProviderError:
    """The error; one that can pass for a 404 that is not Visma's own."""
    return unreadable() if error.code == "404" else error
