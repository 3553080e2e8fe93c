"""The API's vouchers."""

import re
from collections.abc import Callable, Sequence
from string import ascii_letters

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from wizard.sandbox.api import shapes
from wizard.sandbox.api.access import ACCOUNTING, caller, needs
from wizard.sandbox.api.errors import ApiError
from wizard.sandbox.api.filtering import Filter, Value
from wizard.sandbox.api.listing import asked_filter, filtered, ordered, page_of
from wizard.sandbox.books.lazy import Lazy
from wizard.sandbox.books.library import books_of
from wizard.sandbox.books.records import Voucher
from wizard.sandbox.current import current_state

blueprint = Blueprint("vouchers", __name__, url_prefix="/v2/vouchers")

VALUES: dict[str, Callable[[Voucher], Value]] = {
    "Id": lambda each: each.id,
    "VoucherDate": lambda each: each.date,
    "VoucherText": lambda each: each.text,
    "NumberAndNumberSeries": lambda each: each.name,
    "NumberSeries": lambda each: each.series,
    "Number": lambda each: each.number,
    "ImportedVoucherNumber": lambda each: each.imported,
    "VoucherType": lambda each: int(each.type),
    "SourceId": lambda each: each.source_id,
    "CreatedUtc": lambda each: each.date,
    "ModifiedUtc": lambda each: each.date,
}
FIELDS = frozenset(VALUES)
# A filter by any of several numbers, which need not go through large books.
NUMBER = re.compile(r"Number eq ([0-9]{1,9})")
NUMBERS = re.compile(
    r"(?:NumberSeries eq '\w*' and )?\(?(?P<numbers>Number eq [0-9]{1,9}(?: or Number eq [0-9]{1,9})+)\)?"
)


@blueprint.get("")
@needs("vouchers", ACCOUNTING)
def all_vouchers() -> ResponseReturnValue:
    """The vouchers of every year."""
    return _list(None)


@blueprint.get("/<uuid:year_id>")
@needs("vouchers", ACCOUNTING)
def vouchers_of_year(year_id: object) -> ResponseReturnValue:
    """The vouchers of one fiscal year."""
    _demand_year(str(year_id))
    return _list(str(year_id))


@blueprint.get("/<uuid:year_id>/<uuid:voucher_id>")
@needs("vouchers", ACCOUNTING)
def one_voucher(year_id: object, voucher_id: object) -> ResponseReturnValue:
    """One voucher."""
    found = books_of(caller().company.key).voucher(str(voucher_id))
    if found is None or found.year_id != str(year_id):
        raise ApiError(3000, "ResourceNotFoundException - Voucher not found")
    return jsonify(_shape(found))


def _list(year_id: str | None) -> ResponseReturnValue:
    wanted = asked_filter(FIELDS)
    if wanted and wanted.names & _refused_names():
        raise ApiError(current_state().behaviour.refusal)
    found = filtered(_left(_candidates(year_id, wanted)), wanted, read)
    return page_of(ordered(found, FIELDS, read), _shape)


def _candidates(year_id: str | None, wanted: Filter | None) -> Sequence[Voucher]:
    """The vouchers to filter: few if the filter demands a number."""
    books = books_of(caller().company.key)
    several = NUMBERS.fullmatch(request.args.get("$filter", ""))
    if wanted and several:
        numbers = [int(one) for one in NUMBER.findall(several["numbers"])]
        found = [each for one in dict.fromkeys(numbers) for each in books.numbered(one)]
        return [each for each in found if year_id in (None, each.year_id)]
    number = _number(wanted.pins) if wanted else None
    if number is None:
        return books.of_year(year_id) if year_id else books.vouchers
    return [each for each in books.numbered(number) if year_id in (None, each.year_id)]


def _left(found: Sequence[Voucher]) -> Sequence[Voucher]:
    """Those that are not left out; a year of large books begins with number one, and has no gap by itself."""
    left_out = current_state().behaviour.left_out_numbers
    if left_out and isinstance(found, Lazy):
        return found.without([one - 1 for one in left_out if one <= len(found)])
    return [each for each in found if each.number not in left_out] if left_out else found


def _number(pins: dict[str, Value]) -> int | None:
    """The number that a filter demands, also in a label, since no series here ends in a digit."""
    number, label = pins.get("Number"), pins.get("NumberAndNumberSeries")
    if isinstance(number, int):
        return number
    digits = label.lstrip(ascii_letters) if isinstance(label, str) else ""
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def read(each: Voucher, name: str) -> Value:
    """The value of a field, for filters and sorting."""
    return VALUES[name](each)


def _refused_names() -> set[str]:
    behaviour, company = current_state().behaviour, caller().company
    number = behaviour.refuse_number_filter or company.refuses_number_filter
    refused = {"Number": number, "NumberAndNumberSeries": behaviour.refuse_label_filter}
    return {name for name, is_refused in refused.items() if is_refused}


def _demand_year(year_id: str) -> None:
    if year_id not in [year.id for year in books_of(caller().company.key).years]:
        raise ApiError(3001)


def _shape(each: Voucher) -> shapes.Shape:
    null = current_state().behaviour.null_attachments
    return shapes.voucher(each, null_attachments=null)
