"""Lists: the Meta and Data envelope, paging, filtering and ordering."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from flask import Response, jsonify, request

from wizard.sandbox.api.errors import ApiError
from wizard.sandbox.api.filtering import Filter, Value, parse_filter
from wizard.sandbox.books.lazy import Lazy
from wizard.sandbox.current import current_state

T = TypeVar("T")
Row = dict[str, Any]
DEFAULT_PAGE_SIZE = 50
LARGEST_PAGE = 1000


def asked_filter(fields: frozenset[str]) -> Filter | None:
    """The $filter of the request, if any."""
    behaviour, text = current_state().behaviour, request.args.get("$filter", "")
    if text and behaviour.refuse_filters:
        raise ApiError(behaviour.refusal)
    if behaviour.ignore_filters:
        return None
    return parse_filter(text, fields) if text.strip() else None


def filtered(
    records: Sequence[T], wanted: Filter | None, read: Callable[[T, str], Value]
) -> Sequence[T]:
    """The records that match the filter."""
    if wanted is None:
        return records
    if isinstance(records, Lazy) and wanted.names <= records.same:
        return records if wanted.matches(partial(read, records[0])) else ()
    return [each for each in records if wanted.matches(partial(read, each))]


def ordered(
    records: Sequence[T], fields: frozenset[str], read: Callable[[T, str], Value]
) -> Sequence[T]:
    """The records sorted by $orderby."""
    behaviour = current_state().behaviour
    if behaviour.refuse_order and "$orderby" in request.args:
        raise ApiError(behaviour.refusal)
    terms = [_term(part.split(), fields) for part in _parts(request.args.get("$orderby", ""))]
    if len(terms) == 1 and isinstance(records, Lazy) and terms[0][0] in records.sorted_by:
        return records.backwards() if terms[0][1] else records
    for name, descending in reversed(terms):
        records = sorted(records, key=partial(_sortable, read, name), reverse=descending)
    return records


def _parts(text: str) -> list[str]:
    return text.split(",") if text.strip() else []


def _term(words: list[str], fields: frozenset[str]) -> tuple[str, bool]:
    """A field, and True for descending order."""
    if words[1:] not in ([], ["asc"], ["desc"]) or not words or words[0] not in fields:
        raise ApiError(6000)
    return words[0], words[1:] == ["desc"]


def _sortable(read: Callable[[T, str], Value], name: str, each: T) -> tuple[bool, Any]:
    value = read(each, name)
    return (value is not None, value)


def page_of(records: Sequence[T], shape: Callable[[T], Row]) -> Response:
    """The requested page in its envelope; only its own rows are built."""
    page, size = _positive("$page", 1), min(_positive("$pagesize", DEFAULT_PAGE_SIZE), LARGEST_PAGE)
    if size > DEFAULT_PAGE_SIZE and current_state().behaviour.refuse_large_pages:
        raise ApiError(6000)
    first = (page - 1) * size
    return jsonify(
        Meta={
            "CurrentPage": page,
            "PageSize": size,
            "TotalNumberOfPages": -(-len(records) // size),
            "TotalNumberOfResults": len(records),
            "ServerTimeUtc": utc(datetime.fromtimestamp(current_state().now(), UTC)),
        },
        Data=[shape(each) for each in records[first : first + size]],
    )


def _positive(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:9]) < 10**8:
        raise ApiError(6000)
    return int(text)


def utc(moment: datetime) -> str:
    """A time in the API's format."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
