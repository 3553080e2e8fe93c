"""The table of a sample is safe in spreadsheets, and names what to ask for again."""

import csv
import io
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from wizard.providers.base import FiscalYear, Voucher
from wizard.services.evidence.finding import Fate
from wizard.services.evidence.manifest import (
    Contents,
    Fetched,
    Missing,
    Origin,
    Words,
    as_csv,
    as_json,
    as_text,
)
from wizard.services.evidence.signing import Signer
from wizard.services.values.spreadsheets import FORMULAS

AT = datetime(2026, 2, 7, 23, 30, tzinfo=UTC)
YEAR = FiscalYear("y", date(2026, 1, 1), date(2026, 12, 31))
ORIGIN = Origin(
    "https://koppla.test", "Byrån", "Bolaget", "5599001236", "visma", "k", AT, "Olga", "staff"
)
WORDS = Words([f"c{number}" for number in range(12)], {fate: fate.value for fate in Fate})


def contents(text: str, name: str) -> Contents:
    voucher = Voucher("A1", (), id="v", text=text)
    fetched = Fetched("A1.pdf", voucher, "d", name, "application/pdf", 3, "ab", AT)
    return Contents(
        ORIGIN,
        YEAR,
        AT,
        AT,
        [fetched],
        [Missing(text, Fate.NOT_FOUND), Missing("A1", Fate.CUT, voucher, "d", name)],
    )


@given(st.text(), st.text())
def test_no_cell_is_a_formula_and_every_row_is_whole(text: str, name: str) -> None:
    table = as_csv(contents(text, name), WORDS).decode()
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert [len(row) for row in rows] == [12] * 4
    assert not [cell for row in rows for cell in row if cell.lstrip(" ").startswith(FORMULAS)]


def test_times_in_the_table_are_those_of_stockholm() -> None:
    assert "2026-02-08 00:30:00" in as_csv(contents("t", "n"), WORDS).decode()


def test_without_a_key_the_manifest_is_not_signed() -> None:
    assert b'"signature": null' in as_json(contents("t", "n"), Signer({}))


def test_only_what_may_come_another_time_is_asked_for_again() -> None:
    assert as_text(contents("t", "n").missing) == b"A1\r\n"
