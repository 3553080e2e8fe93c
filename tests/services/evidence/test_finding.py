"""What becomes of each line of a sample, before anything is fetched."""

import pytest
from flask import Flask

from tests.support.books import LARGE, BookReader
from tests.support.standin import StandIn
from wizard.services.evidence.finding import Fate, look_up
from wizard.services.evidence.samples import read_sample


def fates(reader: BookReader, sample: str, year: str = "") -> dict[str, Fate]:
    found = look_up(reader.context, reader.connection_id, year, read_sample(sample))
    return {item.voucher.label if item.voucher else item.asked: item.fate for item in found.items}


@pytest.mark.parametrize("refused", [False, True])
def test_each_line_has_its_fate(visma_app: Flask, visma: StandIn, refused: bool) -> None:
    reader = BookReader.connect(visma_app, visma)
    visma.configure(refuse_filters=refused)
    assert fates(reader, "A12\nA1\n2\nA99\nb1, 2\nhej\nA1-A900\n12") == {
        "A12": Fate.FOUND,
        "A1": Fate.WITHOUT_DOCUMENTS,
        "2": Fate.IN_SEVERAL_SERIES,
        "A99": Fate.NOT_FOUND,
        "B1": Fate.FOUND,
        "B2": Fate.WITHOUT_DOCUMENTS,
        "hej": Fate.UNREADABLE,
        "A1-A900": Fate.TOO_MANY,
    }


def test_five_hundred_are_found_by_a_dozen_calls(visma_app: Flask, visma: StandIn) -> None:
    reader = BookReader.connect(visma_app, visma, LARGE)
    visma.clear_counters()
    found = fates(reader, ", ".join(f"A{number}" for number in range(4, 100_000, 200)))
    assert len(found) == 500
    assert set(found.values()) == {Fate.FOUND}
    assert visma.counters()["api:vouchers"] == 12


def test_a_year_that_is_not_there_has_no_items(visma_app: Flask, visma: StandIn) -> None:
    reader = BookReader.connect(visma_app, visma)
    found = look_up(reader.context, reader.connection_id, "0" * 32, read_sample("A1"))
    assert (found.year, found.items) == (None, ())
