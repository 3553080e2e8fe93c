"""What cannot be read is an error, and never nothing: every list at Visma, with every odd answer.

Each endpoint gives in turn each odd answer, while the others answer well. Each call must then give all that
it gave before, or raise a ProviderError.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import pytest

from tests.providers.liar import Liar, lying
from wizard.providers.base import ProviderError, Voucher, VoucherPage
from wizard.providers.visma import Visma

Call = Callable[[Visma], object]
Edit = Callable[[dict[str, Any]], object]
Path = tuple[str | int, ...]

SECONDS = 5.0
YEAR, OTHER, VOUCHER, SOURCE, FILE, MORE = (
    f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, 7)
)
ROW = {"AccountNumber": 6110, "DebitAmount": 125.5, "CreditAmount": 0, "TransactionText": "Pärmar"}


def _voucher(number: int, **changes: object) -> dict[str, Any]:
    return {
        "Id": f"{number}{VOUCHER[1:]}",
        "NumberAndNumberSeries": f"A{number}",
        "NumberSeries": "A",
        "VoucherDate": "2026-02-07T00:00:00",
        "VoucherText": "Kvitto",
        "VoucherType": 2,
        "Rows": [ROW, ROW],
        "Attachments": {"DocumentId": SOURCE, "AttachmentIds": [FILE]},
    } | changes


def _file(document_id: str, owner: str = SOURCE) -> dict[str, Any]:
    return {
        "Id": document_id,
        "FileName": "kvitto.pdf",
        "DocumentId": owner,
        "AttachmentStatus": 0,
        "TemporaryUrl": "https://filer.test/1",
    }


def _list(*rows: dict[str, Any]) -> dict[str, Any]:
    meta = {"CurrentPage": 1, "TotalNumberOfPages": 1, "TotalNumberOfResults": len(rows)}
    return {"Meta": meta, "Data": list(rows)}


BOUGHT = _voucher(8, VoucherType=12, SourceId=SOURCE, Attachments=None)
GOOD: dict[str, dict[str, Any]] = {
    "fiscalyears": _list(
        {"Id": YEAR, "StartDate": "2026-01-01", "EndDate": "2026-12-31", "BookkeepingMethod": 1},
        {"Id": OTHER, "StartDate": "2025-01-01", "EndDate": "2025-12-31", "BookkeepingMethod": 2},
    ),
    "vouchers": _list(_voucher(7), BOUGHT),
    f"vouchers/{YEAR}": _list(_voucher(7), BOUGHT),
    f"vouchers/{YEAR}/{_voucher(7)['Id']}": _voucher(7),
    "users": _list({"Id": OTHER, "IsCurrentUser": True, "FirstName": "Anna", "IsActive": True}),
    "attachments": _list(_file(FILE), _file(MORE)),
    f"attachments/{FILE}": _file(FILE),
    f"attachments/{MORE}": _file(MORE),
    f"supplierinvoices/{SOURCE}": {"Id": SOURCE, "Attachments": [FILE, MORE]},
    "companysettings": {
        "Name": "AB",
        "CountryCode": "SE",
        "CorporateIdentityNumber": "559900-1079",
    },
}


def _documents(number: int) -> Call:
    def call(visma: Visma) -> object:
        voucher: Voucher | None
        [voucher] = visma.find_vouchers("t", YEAR, "A", number, timeout=SECONDS)
        return visma.voucher_documents("t", voucher, timeout=SECONDS)

    return call


# Every call that gives a list, or one thing that may be missing.
CALLS: dict[str, Call] = {
    "fiscal years": lambda visma: visma.fiscal_years("t", timeout=SECONDS),
    "keeps books": lambda visma: visma.keeps_books("t", timeout=SECONDS),
    "vouchers of the check": lambda visma: visma.vouchers("t", timeout=SECONDS),
    "documents of the check": lambda visma: visma.documents("t", timeout=SECONDS),
    "approver": lambda visma: visma.approver("t", timeout=SECONDS),
    "a page of vouchers": lambda visma: visma.voucher_page("t", YEAR, 1, timeout=SECONDS),
    "a search": lambda visma: visma.voucher_page("t", YEAR, 1, search="k", timeout=SECONDS),
    "a number": lambda visma: visma.find_vouchers("t", YEAR, None, 7, timeout=SECONDS),
    "a label": lambda visma: visma.find_vouchers("t", YEAR, "A", 7, timeout=SECONDS),
    "a voucher": lambda visma: visma.voucher("t", YEAR, _voucher(7)["Id"], timeout=SECONDS),
    "its documents": _documents(7),
    "those of its invoice": _documents(8),
    "a document": lambda visma: visma.whereabouts("t", FILE, timeout=SECONDS),
    "the company": lambda visma: visma.company("t", timeout=SECONDS),
}
PAGE = b"<!doctype html><title>Not Found</title>"
# Answers of something in between, or of a Visma that is not itself.
ANSWERS: list[tuple[int, bytes]] = [
    *((status, body) for status in (301, 403, 404, 410, 500, 503) for body in (PAGE, b"", b"{}")),
    *((200, body) for body in (b"", PAGE, b"null", b"[]", b"{}", b'"x"', b"{", b"\xff")),
    (404, b'{"ErrorCode": "x"}'),
]
ABSENT = object()
NOTHING: list[object] = [None, 5, "", "x", [], {}, True, [None], [5]]
# What Visma itself answers for what does not exist; an endpoint always exists.
LISTS = ("fiscalyears", "users", "attachments", "vouchers")


def _envelopes() -> Iterator[tuple[str, Edit]]:
    """Changes of an envelope: without its rows, or its place in the list."""
    rows: list[object] = [{}, None, 5, "x", {"A": 1}, [None], ["x"], [5], [[]], [], ABSENT]
    numbers: list[object] = ["x", None, [], {}, 1.5, True, ABSENT]
    paging = ("TotalNumberOfPages", "TotalNumberOfResults", "CurrentPage")
    odds = [
        *((("Data",), odd) for odd in rows),
        *((("Meta",), odd) for odd in (None, 5, "x", [], ABSENT)),
        *((("Meta", name), odd) for name, odd in product(paging, numbers)),
    ]
    for path, odd in odds:
        yield f"{path} {odd!r}", partial(_put, path=path, value=odd)


# The fields that must be read for a thing to be what it is, with what they may not be; the others may
# be absent.
FIELDS: list[tuple[Path, list[object]]] = [
    *(((name,), [*NOTHING, ABSENT]) for name in ("Id", "StartDate", "EndDate")),
    (("TemporaryUrl",), [odd for odd in (*NOTHING, ABSENT) if odd != "x"]),  # which no host allows
    (("VoucherDate",), [odd for odd in NOTHING if odd is not None]),
    (("Rows",), [5, "x", {"A": 1}, True, [None], [5]]),
    (("Attachments",), [5, "x", [5], True]),
    (("Attachments", "AttachmentIds"), [5, "x", {"A": 1}, [None], [5], ["x"], [FILE, "x"]]),
    *((("Rows", -1, name), ["x", [], {}, True, "NaN"]) for name in ("DebitAmount", "CreditAmount")),
]


def _rows(good: dict[str, Any]) -> Iterator[tuple[str, Edit]]:
    """Changes of the first and last row of a list, or of the one thing that is answered."""
    places: list[Path] = [("Data", 0), ("Data", -1)] if "Data" in good else [()]
    for place, (field, odds) in product(places, FIELDS):
        path = (*place, *field)
        if _holds(good, path):
            for odd in odds:
                yield f"{path} {odd!r}", partial(_put, path=path, value=odd)


def _holds(thing: Any, path: Path) -> bool:
    for name in path:
        if not thing or (
            isinstance(name, str) and (not isinstance(thing, dict) or name not in thing)
        ):
            return False
        thing = thing[name]
    return True


def _put(thing: Any, path: Path, value: object) -> None:
    *before, name = path
    for one in before:
        thing = thing[one]
    if value is ABSENT:
        del thing[name]
    else:
        thing[name] = value


def _odd() -> Iterator[tuple[str, str, tuple[int, bytes]]]:
    """Each endpoint with each odd answer, and what is odd about it."""
    for endpoint, good in GOOD.items():
        for answer in ANSWERS:
            yield endpoint, f"{answer}", answer
        if endpoint in LISTS:
            for code in (3000, 3001):
                yield endpoint, f"{code}", (404, json.dumps({"ErrorCode": code}).encode())
        edits = [*_rows(good), *(_envelopes() if "Data" in good else ())]
        for what, edit in edits:
            odd = deepcopy(good)
            edit(odd)
            yield endpoint, what, (200, json.dumps(odd).encode())


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    with lying() as liar:
        yield liar


def _untold(found: object, wanted: object) -> object:
    """What was found, where a mark that could not be read (None) is as good as the right one."""
    if not isinstance(found, VoucherPage) or not isinstance(wanted, VoucherPage):
        return found
    marks = {one.id: one.has_documents for one in wanted.vouchers}
    vouchers = tuple(
        replace(one, has_documents=marks.get(one.id)) if one.has_documents is None else one
        for one in found.vouchers
    )
    return replace(found, vouchers=vouchers)


def test_no_odd_answer_is_taken_for_nothing(liar: Liar) -> None:
    odd: dict[str, tuple[int, bytes]] = {}
    asked: set[str] = set()

    def answer(path: str) -> tuple[int, bytes]:
        endpoint = path.partition("?")[0].removeprefix("/v2/")
        asked.add(endpoint)
        return odd.get(endpoint, (200, json.dumps(GOOD[endpoint]).encode()))

    liar.answer = answer
    wanted, uses = {}, {}
    for name, call in CALLS.items():
        asked.clear()
        wanted[name] = call(liar.provider)
        assert wanted[name], name
        uses[name] = set(asked)
    tried = errors = 0
    wrong = []
    for endpoint, what, given in _odd():
        odd = {endpoint: given}
        for name in [name for name in CALLS if endpoint in uses[name]]:
            tried += 1
            try:
                found = CALLS[name](liar.provider)
            except ProviderError:
                errors += 1
                continue
            if _untold(found, wanted[name]) != wanted[name]:
                wrong.append((endpoint, what, name, found))
    assert not wrong, (len(wrong), wrong[:20])
    assert (tried, errors) == (1976, 1630)


def test_a_company_without_fiscal_years_may_keep_books(liar: Liar) -> None:
    liar.answer = None
    liar.body = json.dumps(_list()).encode()
    assert liar.provider.keeps_books("t", timeout=SECONDS) is True
    assert liar.provider.fiscal_years("t", timeout=SECONDS) == []
    liar.body = json.dumps(_list({"Id": YEAR, "BookkeepingMethod": 2})).encode()
    assert liar.provider.keeps_books("t", timeout=SECONDS) is False
