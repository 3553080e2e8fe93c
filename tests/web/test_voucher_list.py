"""The list of vouchers: what has documents, what is filtered, and numbers that are somewhere else."""

from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from tests.support.books import LARGE, BookReader
from tests.support.client import Page
from tests.support.standin import StandIn
from wizard.services.books import vouchers

MISSING = {"A-1", "A-15", "A-17", "B-2"}  # in the books of Norrtälje Bokbinderi


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    return BookReader.connect(visma_app, visma)


def marks(page: Page) -> dict[str, str]:
    """What the column of documents says of each voucher."""
    assert page.tree is not None
    found = {}
    for row in page.tree.iter("tr"):
        cells = [" ".join(" ".join(cell.itertext()).split()) for cell in row.iter("td")]
        if len(cells) == 5:
            found[cells[0]] = cells[3]
    return found


def listed(page: Page) -> list[str]:
    return list(marks(page))


def calls(visma: StandIn) -> int:
    return sum(count for name, count in visma.counters().items() if name.startswith("api:"))


def test_index_says_which_have_documents_without_a_call_for_each(
    reader: BookReader, visma: StandIn
) -> None:
    browser, year = reader.browser, reader.year().id
    visma.clear_counters()
    told = marks(browser.get(f"{reader.at}?ar={year}", 200))
    assert len(told) == 19
    assert calls(visma) == 3  # years, vouchers, attachments of invoices and receipts
    for label, mark in told.items():
        is_missing = f"{label[0]}-{label[1:]}" in MISSING
        assert mark == ("Saknas" if is_missing else "Finns"), label


def test_index_agrees_with_what_each_voucher_shows(reader: BookReader) -> None:
    page = vouchers.browse(reader.context, reader.connection_id).page
    assert page
    for one in page.vouchers:
        files = vouchers.documents_of(reader.context, reader.connection_id, one)
        assert one.has_documents is bool(files), one.label


@pytest.mark.parametrize("setting", ["refuse_filters", "ignore_filters"])
def test_index_says_where_the_list_cannot_tell(
    reader: BookReader, visma: StandIn, setting: str
) -> None:
    visma.configure(**{setting: True})
    told = marks(reader.browser.get(reader.at, 200))
    assert told["A1"] == "Saknas"  # a voucher without a source tells by itself
    assert told["A2"] == "Finns"
    assert told["A3"] == told["A16"] == "Syns på verifikatet"


def test_index_shows_only_those_without_documents(reader: BookReader) -> None:
    page = reader.browser.get(f"{reader.at}?utan=1", 200)
    assert {f"{one[0]}-{one[1:]}" for one in listed(page)} == MISSING
    assert "Vi har gått igenom 19 av 19 verifikat i 2026" in page.words


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("serie=b", ["B1", "B2"]),
        ("belopp=2+225", ["A12"]),
        ("belopp=1100-1300,00&serie=A", ["A1", "A2"]),
        ("fran=2026-01-08&till=2026-01-11", ["A2", "A3"]),
        ("konto=5410&till=2026-01-05", ["A1"]),
        ("konto=6000-6999", []),
        ("q=kund&utan=1", []),
        ("q=kund&serie=A", ["A7", "A8"]),
    ],
)
def test_index_filters_by_series_amount_account_and_period(
    reader: BookReader, visma: StandIn, query: str, labels: list[str], refused: bool
) -> None:
    visma.configure(refuse_filters=refused)
    page = reader.browser.get(f"{reader.at}?{query}", 200)
    assert sorted(listed(page)) == sorted(labels)


def test_index_keeps_the_filter_in_the_form_and_says_what_it_cannot_read(
    reader: BookReader,
) -> None:
    page = reader.browser.get(f"{reader.at}?belopp=mycket&serie=A&utan=1", 200)
    assert page.tree is not None
    fields = {field.get("name"): field for field in page.tree.iter("input")}
    assert fields["belopp"].get("value") == "mycket"
    assert fields["belopp"].get("aria-invalid") == "true"
    assert fields["serie"].get("value") == "A"
    assert "checked" in fields["utan"].attrib
    assert "Det här gick inte att läsa" in page.words
    assert {f"{one[0]}-{one[1:]}" for one in listed(page)} == MISSING - {"B-2"}


def test_index_looks_on_through_a_large_year(visma_app: Flask, visma: StandIn) -> None:
    reader = BookReader.connect(visma_app, visma, LARGE)
    year = next(one for one in vouchers.fiscal_years(reader.context, reader.connection_id)
                if one.start.year == 2022)  # fmt: skip
    at, seen = f"{reader.at}?ar={year.id}&utan=1", list[str]()
    for _ in range(50):
        page = reader.browser.get(at, 200)
        seen += listed(page)
        following = [link for link in page.links if "efter=" in link]
        if not following:
            break
        at = following[0]
    assert len(seen) == len(set(seen)) == 750  # every fourth of a thousand has a document
    assert not [one for one in seen if int(one[1:]) % 4 == 0]


def test_the_year_that_holds_today_opens_first(reader: BookReader) -> None:
    for year in (2025, 2026):
        with time_machine.travel(datetime(year, 6, 1, tzinfo=UTC)):
            found = vouchers.browse(reader.context, reader.connection_id).year
        assert found
        assert found.start.year == year
    with time_machine.travel(datetime(2025, 1, 1, 0, 30, tzinfo=UTC)):
        found = vouchers.browse(reader.context, reader.connection_id).year
    assert found
    assert found.start.year == 2025  # in Stockholm
    with time_machine.travel(datetime(2020, 6, 1, tzinfo=UTC)):
        found = vouchers.browse(reader.context, reader.connection_id).year
    assert found
    assert found.start.year == 2026  # the newest, when none holds today


def test_a_number_that_is_in_another_year_is_offered(visma_app: Flask, visma: StandIn) -> None:
    reader = BookReader.connect(visma_app, visma, LARGE)
    years = {one.start.year: one.id
             for one in vouchers.fiscal_years(reader.context, reader.connection_id)}  # fmt: skip
    page = reader.browser.get(reader.address("A-15000", years[2022]), 404)
    assert "Men det finns här" in page.words
    for year in (2023, 2024, 2025, 2026):
        assert reader.address("A-15000", years[year]) in page.links
    listing = reader.browser.get(f"{reader.at}?ar=2022-03-01&q=A15000", 404)
    assert reader.address("A-15000", years[2026]) in listing.links


def test_a_number_of_years_that_cannot_be_searched_is_just_not_offered(
    reader: BookReader, visma: StandIn
) -> None:
    address = reader.address("A-99")
    visma.configure(refuse_filters=True)
    page = reader.browser.get(address, 404)
    assert "Men det finns här" not in page.words


@pytest.mark.parametrize("typed", ["L 217", "l217", "L-217"])
@pytest.mark.parametrize("refused", [False, True])
def test_the_number_before_an_import_is_shown_and_found(
    reader: BookReader, visma: StandIn, typed: str, refused: bool
) -> None:
    visma.configure(refuse_filters=refused)
    page = reader.browser.get(reader.at, query_string={"q": typed})
    assert page.status == 404
    assert reader.address("A-17") in page.links
    assert "A17 i 2026, som var L 217 innan det importerades" in page.words
    shown = reader.browser.get(reader.address("A-17"), 200)
    assert "Importerat från en annan bokföring, där det var L 217" in shown.words
    assert "Importerat, var L 217" in reader.browser.get(reader.at, 200).words
