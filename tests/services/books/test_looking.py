"""Looking through a year stops at its limit, and goes on where it stopped."""

from flask import Flask

from tests.support.books import LARGE, BookReader
from tests.support.standin import StandIn
from wizard.services.books import vouchers
from wizard.services.books.looking import Position
from wizard.services.books.voucher_filters import VoucherFilter


def test_looking_through_stops_at_its_limit_and_says_how_far_it_came(
    visma_app: Flask, visma: StandIn
) -> None:
    reader = BookReader.connect(visma_app, visma, LARGE)
    year = reader.year().id
    visma.clear_counters()
    listing = vouchers.look_through(
        reader.context, reader.connection_id, year, VoucherFilter(series="B"), Position()
    )
    assert listing.sifted
    assert (listing.sifted.vouchers, listing.sifted.on) == ((), None)  # Visma narrows to the series
    visma.configure(refuse_filters=True)
    listing = vouchers.look_through(
        reader.context, reader.connection_id, year, VoucherFilter(series="B"), Position()
    )
    assert listing.sifted
    assert listing.sifted.on
    assert listing.sifted.seen == (listing.sifted.on.page - 1) * 500
    assert listing.sifted.total == 100_000
