"""Columns are known by headings in two languages, else by what stands in them."""

import pytest

from tests.support.tables import number
from wizard.services.imports.columns import Column, columns_of, heading_of
from wizard.services.imports.tables import Row

N, A, E, C, L, R, O = (  # noqa: E741 -- as short as the table below
    Column.NUMBER,
    Column.NAME,
    Column.EMAIL,
    Column.CONTACT,
    Column.LANGUAGE,
    Column.RESPONSIBLE,
    Column.REFERENCE,
)


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Org.nr", N), ("Organisationsnummer", N), ("Organisation number", N), ("ORGNR", N),
        ("Företag", A), ("Kundnamn", A), ("Company name", A), ("Klient", A),
        ("E-post", E), ("Kontaktens mejl", E), ("Contact’s email", E), ("E-mail address", E),
        ("Kontaktperson", C), ("Contact name", C), ("Språk", L), ("Language", L),
        ("Ansvarig", R), ("Responsible", R), ("Kundnr", O), ("Egen referens", O),
        ("Client number", O), ("Omsättning", None), ("", None),
    ],
)  # fmt: skip
def test_headings_are_known_in_both_languages(heading: str, column: Column | None) -> None:
    assert heading_of(heading) is column


def test_without_headings_each_column_is_known_by_what_stands_in_it() -> None:
    rows = [
        Row(
            1,
            ["1042", "Ängsbageriet AB", number(1), "Anna Ek", "anna@example.com", "sv", "Olga Ek"],
        ),
        Row(2, ["1043", "Bageriet AB", number(2), "Bo Al", "bo@example.com", "en", "olga ek"]),
    ]
    places, has_headings = columns_of(rows, {"olga ek", "olga@example.com"})
    assert not has_headings
    assert places == {O: 0, A: 1, N: 2, C: 3, E: 4, L: 5, R: 6}


def test_a_column_with_a_heading_of_its_own_is_found_by_what_stands_in_it() -> None:
    rows = [Row(1, ["Företag", "Registreras", "Sänd till"]), Row(2, ["A AB", number(1), "a@b.se"])]
    places, has_headings = columns_of(rows, set())
    assert has_headings
    assert places == {A: 0, N: 1, E: 2}
