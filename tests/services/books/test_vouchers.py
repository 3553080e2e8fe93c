"""Vouchers are found by what people call them, and nothing unknown is a mistake."""

import pytest
import time_machine
from flask import Flask

from tests.support.books import BookReader
from tests.support.second_reading import LATER
from tests.support.standin import StandIn
from wizard.models import now
from wizard.providers.base import ProviderError
from wizard.services.books import vouchers
from wizard.services.books.labels import Label
from wizard.services.grants.tokens import RenewalNeededError


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    """A connected company."""
    return BookReader.connect(visma_app, visma)


def test_a_voucher_is_found_by_its_label_and_by_its_id(reader: BookReader) -> None:
    year = reader.year().id
    ask = reader.context, reader.connection_id, year
    [found] = vouchers.find_vouchers(*ask, Label("A", 12))
    again = vouchers.voucher(*ask, found.id)
    assert again
    assert (again.label, again.id) == (found.label, found.id)
    assert vouchers.documents_of(reader.context, reader.connection_id, found)


def test_what_is_not_there_is_none_and_nothing(reader: BookReader) -> None:
    ask = reader.context, reader.connection_id, reader.year().id
    assert vouchers.voucher(*ask, "00000000-0000-0000-0000-000000000000") is None
    assert vouchers.find_vouchers(*ask, Label("Z", 999)) == []
    shown = vouchers.show(*ask, Label("Z", 999))
    assert (shown.vouchers, shown.documents, shown.documents_error) == ([], [], None)
    assert shown.years


def test_a_number_in_several_series_shows_them_all_without_documents(reader: BookReader) -> None:
    shown = vouchers.show(reader.context, reader.connection_id, reader.year().id, Label(None, 2))
    assert len(shown.vouchers) > 1
    assert shown.documents == []


def test_a_year_is_chosen_by_a_day_in_it_or_is_the_newest(reader: BookReader) -> None:
    years = vouchers.fiscal_years(reader.context, reader.connection_id)
    older = years[-1]
    ask = reader.context, reader.connection_id
    assert vouchers.browse(*ask).year == years[0]
    assert vouchers.browse(*ask, older.end.isoformat()).year == older
    nowhere = vouchers.browse(*ask, "1900-01-01")
    assert (nowhere.years, nowhere.year, nowhere.page) == (years, None, None)


def test_a_label_is_looked_for_in_the_year_and_is_all_of_the_page(reader: BookReader) -> None:
    listing = vouchers.browse(reader.context, reader.connection_id, label=Label("A", 12))
    assert listing.page
    assert [str(one.label) for one in listing.page.vouchers] == ["A12"]


def test_a_voucher_is_shown_though_its_documents_cannot_be_read(
    reader: BookReader, visma: StandIn
) -> None:
    ask = reader.context, reader.connection_id, reader.year().id
    visma.fail("attachments", "error_code", 4007)
    shown = vouchers.show(*ask, Label("A", 12))
    assert len(shown.vouchers) == 1
    assert isinstance(shown.documents_error, ProviderError)


def test_an_ended_grant_is_to_be_renewed(reader: BookReader, visma: StandIn) -> None:
    year = reader.year().id
    for grant in visma.grants():
        visma.end_grant(grant.id)
    with time_machine.travel(now() - LATER, tick=True), pytest.raises(ProviderError):
        vouchers.voucher_page(reader.context, reader.connection_id, year)
    with pytest.raises(RenewalNeededError):
        vouchers.voucher_page(reader.context, reader.connection_id, year)
