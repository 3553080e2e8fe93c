"""Vouchers and documents at Visma: found by few calls, whichever queries Visma refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import pytest

from tests.support.standin import StandIn
from wizard.causes import Cause
from wizard.providers import visma_finding
from wizard.providers.base import (
    Document,
    FiscalYear,
    NoSearchError,
    NotFoundInTimeError,
    ProviderError,
    TokenRefusedError,
    Voucher,
)
from wizard.providers.deadline import Deadline
from wizard.providers.visma import Visma
from wizard.providers.visma_answers import Asking
from wizard.providers.visma_documents import documents_of
from wizard.providers.visma_vouchers import read_voucher
from wizard.sandbox.books.library import books_of
from wizard.sandbox.books.records import Books

SECONDS = 20.0
HERS, LARGE, STUBBORN = "Norrtälje Bokbinderi AB", "Stora Bolaget AB", "Vägrar Nummerfilter AB"
KEYS = {HERS: "norrtalje", LARGE: "stora", STUBBORN: "vagrar-filter"}
BY_FILTER = {"refuse_number_filter": False}
BY_LABEL = {"refuse_number_filter": True}
BY_ORDER = {"refuse_number_filter": True, "refuse_label_filter": True}
BY_ORDER_ALONE = {"refuse_filters": True}
UNORDERED = {"refuse_filters": True, "refuse_order": True}
FILTERS_IGNORED = {"ignore_filters": True}
STUMBLING = {"refuse_filters": True, "refuse_order": True, "refusal": 5000}
SMALL_PAGES = {"refuse_filters": True, "refuse_order": True, "refuse_large_pages": True}
ALL_OFF = {
    **dict.fromkeys({**BY_ORDER, **UNORDERED, **FILTERS_IGNORED, **SMALL_PAGES}, False),
    "refusal": 6000,
}


@dataclass
class Reader:
    """A company's books, through the provider and at the stand-in."""

    provider: Visma
    token: str
    books: Books
    year: FiscalYear

    @classmethod
    def of(cls, visma: StandIn, provider: Visma, company: str = HERS) -> "Reader":
        token = visma.mint("Vera Välja", company)[0]["access_token"]
        year = provider.fiscal_years(token, timeout=SECONDS)[0]
        return cls(provider, token, books_of(KEYS[company]), year)

    def find(self, series: str | None, number: int) -> list[Voucher]:
        return self.provider.find_vouchers(
            self.token, self.year.id, series, number, timeout=SECONDS
        )

    def documents(self, label: str) -> list[Document]:
        (voucher,) = self.find(label[0], int(label[1:]))
        return self.provider.voucher_documents(self.token, voucher, timeout=SECONDS)

    def fetch(self, document: Document) -> bytes:
        place = self.provider.whereabouts(self.token, document.id, timeout=SECONDS)
        assert place is not None
        assert "/temp/" not in repr(place)
        file = self.provider.fetch(self.token, place, timeout=SECONDS)
        try:
            return b"".join(file.pieces())
        finally:
            file.close()

    def originals(self, label: str) -> list[bytes]:
        """The files' content at the stand-in."""
        voucher = next(one for one in self.books.of_year(self.year.id) if one.name == label)
        owners = {voucher.id, voucher.source_id}
        attached = [one.file for one in self.books.attachments if one.document_id in owners]
        made = [one.file for one in self.books.customer_invoices if one.id in owners and one.file]
        return [b"".join(file.body().pieces()) for file in (*made, *attached)]


@pytest.fixture
def reader(visma: StandIn, provider: Visma) -> Reader:
    return Reader.of(visma, provider)


@pytest.fixture
def large(visma: StandIn, provider: Visma) -> Reader:
    return Reader.of(visma, provider, LARGE)


def calls(visma: StandIn, call: Callable[[], object]) -> int:
    """The number of API calls."""
    visma.clear_counters()
    call()
    return sum(count for name, count in visma.counters().items() if name.startswith("api:"))


def test_fiscal_years_are_listed_newest_first(reader: Reader, large: Reader) -> None:
    years = reader.provider.fiscal_years(reader.token, timeout=SECONDS)
    assert [year.start.year for year in years] == [2026, 2025]
    assert len(reader.provider.fiscal_years(large.token, timeout=SECONDS)) == 5


def test_a_page_of_vouchers_takes_one_call_newest_first(visma: StandIn, large: Reader) -> None:
    def read() -> None:
        page = large.provider.voucher_page(large.token, large.year.id, 3, timeout=SECONDS)
        assert (page.number, page.total) == (3, 100_000)
        assert page.pages * len(page.vouchers) == page.total
        days = [voucher.day for voucher in page.vouchers if voucher.day]
        assert days == sorted(days, reverse=True)

    assert calls(visma, read) == 1


def test_a_voucher_has_its_rows_in_full(reader: Reader) -> None:
    (voucher,) = reader.find("A", 12)
    assert (voucher.label, voucher.series, voucher.number) == ("A12", "A", 12)
    assert voucher.text == "Leverantörsfaktura papper"
    assert [(row.account, str(row.debit), str(row.credit)) for row in voucher.rows] == [
        ("5410", "2225.00", "0.00"),
        ("1930", "0.00", "2225.00"),
    ]
    found = reader.provider.voucher(reader.token, voucher.year_id, voucher.id, timeout=SECONDS)
    assert found == voucher


@pytest.mark.parametrize(
    ("label", "series", "parts"),
    [
        ("A12", "A", ("A", 12)),
        ("A 12", "A", ("A", 12)),
        ("A-12", "A", ("A", 12)),
        ("12A", "A", ("A", 12)),
        ("A12", None, ("A", 12)),
        ("Å-7", None, ("Å", 7)),
        ("12", None, ("", 12)),
        ("A112", "A1", ("A1", 12)),
        ("112", "1", ("1", 12)),
        ("A1234567890", "A", ("A", None)),
        ("A\uff11\uff12", "A", ("A", None)),
        ("A", None, ("", None)),
        (None, None, ("", None)),
    ],
)
def test_a_label_is_split_into_series_and_number(
    label: str | None, series: str | None, parts: tuple[str, int | None]
) -> None:
    row = {"Id": str(UUID(int=1)), "NumberAndNumberSeries": label, "NumberSeries": series}
    found = read_voucher(row, "")
    assert (found.series, found.number) == parts


def test_texts_are_searched(reader: Reader) -> None:
    for text in ("papper", "PAPPER", "å", "'", "%", "faktura, dok"):
        page = reader.provider.voucher_page(
            reader.token, reader.year.id, 1, search=text, timeout=SECONDS
        )
        held = reader.books.of_year(reader.year.id)
        assert page.total == sum(text.lower() in one.text.lower() for one in held)


@pytest.mark.parametrize("refusal", [6000, 5000])
def test_a_refused_search_raises_its_own_error(
    visma: StandIn, reader: Reader, refusal: int
) -> None:
    visma.configure(refuse_filters=True, refusal=refusal)
    with pytest.raises(NoSearchError):
        reader.provider.voucher_page(reader.token, reader.year.id, 1, search="x", timeout=SECONDS)


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        (BY_FILTER, 1),
        (BY_LABEL, 2),
        (BY_ORDER, 6),
        (BY_ORDER_ALONE, 8),
        (FILTERS_IGNORED, 8),
        (UNORDERED, 11),
    ],
    ids=["filter", "label", "order", "order alone", "filters ignored", "neither"],
)
def test_a_voucher_among_very_many_is_found_in_few_calls(
    visma: StandIn, large: Reader, settings: dict[str, bool], most: int
) -> None:
    visma.configure(**settings)
    for number in (1, 51, 49_999, 100_000):
        assert calls(visma, partial(large.find, "A", number)) <= most
        assert [voucher.number for voucher in large.find("A", number)] == [number]


WAYS: list[Mapping[str, object]] = [
    BY_FILTER,
    BY_LABEL,
    BY_ORDER,
    BY_ORDER_ALONE,
    FILTERS_IGNORED,
    UNORDERED,
    STUMBLING,
    SMALL_PAGES,
]


def test_every_search_method_tells_series_apart_and_finds_no_missing_voucher(
    visma: StandIn, reader: Reader
) -> None:
    for settings in WAYS:
        visma.configure(**ALL_OFF)
        visma.configure(**settings)
        assert len(reader.provider.fiscal_years(reader.token, timeout=SECONDS)) == 2
        assert [one.label for one in reader.find("B", 2)] == ["B2"]
        assert [one.label for one in reader.find("A", 2)] == ["A2"]
        assert sorted(one.label for one in reader.find(None, 2)) == ["A2", "B2"]
        assert [one.label for one in reader.find(None, 17)] == ["A17"]
        for series, number in (("A", 99), ("B", 3), ("C", 1), ("A", 0)):
            assert reader.find(series, number) == []


def test_a_refused_filter_leads_to_the_next_search_method(visma: StandIn, provider: Visma) -> None:
    reader = Reader.of(visma, provider, STUBBORN)
    assert [one.label for one in reader.find("A", 3)] == ["A3"]


@pytest.mark.parametrize("series", ["'", "A' or Number gt 0 or NumberSeries eq 'A", "%", "å"])
def test_a_series_is_quoted_in_the_filter(reader: Reader, series: str) -> None:
    assert reader.find(series, 1) == []


def test_a_search_at_its_limit_of_calls_raises_an_error(
    visma: StandIn, large: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    visma.configure(**UNORDERED)
    monkeypatch.setattr(visma_finding, "MOST_PAGES", 2)
    with pytest.raises(NotFoundInTimeError):
        large.find(None, 19_000)


LABELS = [
    *(f"A{number}" for number in range(1, 13)),
    *("A14", "A15", "A16", "A17", "B1", "B2"),
]


def test_every_document_is_found_and_comes_byte_for_byte(reader: Reader) -> None:
    for label in LABELS:
        found = reader.documents(label)
        assert [reader.fetch(document) for document in found] == reader.originals(label), label
        (voucher,) = reader.find(label[0], int(label[1:]))
        assert all(reader.provider.belongs(voucher, document) for document in found), label
        assert all(document.name for document in found), label


def test_a_document_of_20_megabytes_comes_byte_for_byte(reader: Reader) -> None:
    (document,) = reader.documents("A13")
    assert [reader.fetch(document)] == reader.originals("A13")


@pytest.mark.parametrize("settings", [BY_ORDER_ALONE, FILTERS_IGNORED, STUMBLING, SMALL_PAGES])
def test_documents_are_found_where_attachments_cannot_be_filtered(
    visma: StandIn, reader: Reader, settings: dict[str, object]
) -> None:
    visma.configure(**settings)
    for label in ("A2", "A3", "A6", "A11", "A16", "A17"):
        assert [reader.fetch(one) for one in reader.documents(label)] == reader.originals(label)


def test_null_means_no_attachments(visma: StandIn, reader: Reader) -> None:
    visma.configure(null_attachments=True)
    assert reader.documents("A1") == []


def test_attachments_are_queried_when_the_voucher_lists_only_their_owner() -> None:
    voucher, owner, file = ("00000000-0000-0000-0000-00000000000" + digit for digit in "123")
    asked: list[str] = []

    def answer(path: str, _seconds: float) -> dict[str, object]:
        asked.append(path)
        rows = [{"Id": file, "FileName": "Kvitto.pdf", "DocumentId": owner}]
        paging = {"CurrentPage": 1, "TotalNumberOfPages": 1, "TotalNumberOfResults": 1}
        return {"Meta": paging, "Data": rows}

    link = {"DocumentId": owner, "DocumentType": 2, "AttachmentIds": None}
    found = documents_of(
        Asking(answer, Deadline(SECONDS, call_seconds=SECONDS)),
        read_voucher({"Id": voucher, "Attachments": link}, ""),
    )
    assert found == [Document(file, "Kvitto.pdf", owner)]
    assert len(asked) == 1


def test_documents_take_few_calls(visma: StandIn, reader: Reader) -> None:
    most = {"A1": 0, "A5": 1, "A6": 1, "A2": 1, "A3": 1, "A7": 1, "A16": 1}
    for label, questions in most.items():
        (voucher,) = reader.find(label[0], int(label[1:]))
        read = partial(reader.provider.voucher_documents, reader.token, voucher, timeout=SECONDS)
        assert calls(visma, read) <= questions, label


def test_an_unreadable_supplier_invoice_leads_to_the_list_of_attachments(
    visma: StandIn, reader: Reader
) -> None:
    visma.fail("supplierinvoices", "error_code", 4006)
    assert len(reader.documents("A3")) == 1


def test_an_unreadable_customer_invoice_reports_its_error_when_opened(
    visma: StandIn, reader: Reader
) -> None:
    visma.fail("customerinvoices", "error_code", 4009)
    (document,) = reader.documents("A7")
    with pytest.raises(ProviderError) as failed:
        reader.fetch(document)
    assert failed.value.cause is Cause.NO_BOOKKEEPING


@pytest.mark.parametrize("code", [4007, 4011])
def test_a_missing_permission_is_reported(visma: StandIn, reader: Reader, code: int) -> None:
    visma.fail("attachments", "error_code", code)
    with pytest.raises(ProviderError) as failed:
        reader.documents("A5")
    assert failed.value.code == str(code)


def test_an_expired_url_is_replaced_once(visma: StandIn, reader: Reader) -> None:
    (document,) = reader.documents("A5")
    visma.fail("file", "status", 404, times=1)
    assert reader.fetch(document) == reader.originals("A5")[0]
    visma.fail("file", "status", 404)
    with pytest.raises(ProviderError) as failed:
        reader.fetch(document)
    assert failed.value.transient


def test_no_token_goes_to_the_host_of_the_file(visma: StandIn, reader: Reader) -> None:
    (document,) = reader.documents("A5")
    reader.fetch(document)
    assert "file_with_authorization" not in visma.counters()


def test_a_malformed_id_finds_nothing(reader: Reader) -> None:
    provider, token, year = reader.provider, reader.token, reader.year.id
    for identity in ("", "okand", "../vouchers", "invoice-", "invoice-../x", "?x=", "0" * 32, "\0"):
        assert provider.whereabouts(token, identity, timeout=SECONDS) is None
        assert provider.voucher(token, year, identity, timeout=SECONDS) is None
        assert provider.voucher(token, identity, identity, timeout=SECONDS) is None
        assert provider.find_vouchers(token, identity, "A", 1, timeout=SECONDS) == []
        page = provider.voucher_page(token, identity, 1, timeout=SECONDS)
        assert (page.vouchers, page.total) == ((), 0)


def test_a_refused_token_raises_its_own_error_for_documents(reader: Reader) -> None:
    (voucher,) = reader.find("A", 7)
    for call in (
        lambda: reader.provider.fiscal_years("nonsense", timeout=SECONDS),
        lambda: reader.provider.voucher_documents("nonsense", voucher, timeout=SECONDS),
        lambda: reader.provider.find_vouchers("nonsense", reader.year.id, "A", 1, timeout=SECONDS),
    ):
        with pytest.raises(TokenRefusedError):
            call()
