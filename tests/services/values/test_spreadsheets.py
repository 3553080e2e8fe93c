"""Lines for spreadsheets: no cell is a formula."""

import pytest

from wizard.services.values.spreadsheets import FORMULAS, line, plain


@pytest.mark.parametrize("sign", FORMULAS)
def test_a_cell_that_would_be_a_formula_is_a_text(sign: str) -> None:
    for cell in (f"{sign}1", f"  {sign}1"):
        assert plain(cell) == f"'{cell}"


def test_cells_are_divided_by_semicolons() -> None:
    assert line(["a", "b;c"]) == 'a;"b;c"\r\n'
