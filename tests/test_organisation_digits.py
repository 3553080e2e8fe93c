"""An organisation number that another system holds is ten digits, however that system writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.organisation_digits import digits_of, ten_digits

WRITTEN = [
    "5570002419",
    "557000-2419",
    "557000–2419",
    "SE557000241901",
    "SE 557000-2419 01",
    "se557000241901",
    "SE5570002419",
    "557000241901",
    "165570002419",
    "16557000-2419",
    "Org.nr 557000-2419",
    "５５７０００-２４１９",
    "557000\u200b2419\n",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_is_its_ten_digits_with_or_without_a_frame(text: str) -> None:
    assert ten_digits(text) == "5570002419"


@pytest.mark.parametrize("century", ["18", "19", "20"])
def test_a_personal_number_loses_its_century_and_nothing_else(century: str) -> None:
    assert ten_digits(f"{century}800101-1201") == "8001011201"
    assert ten_digits("SE190101120101") == "1901011201"


@pytest.mark.parametrize(
    "text",
    ["", "None", "557000-241", "55700024190", "555570002419", "55700024190101", "٥٥٧٠٠٠٢٤١٩"],
)
def test_what_has_not_ten_digits_has_none(text: str) -> None:
    assert ten_digits(text) is None


@given(number=st.from_regex(r"[0-9]{10}", fullmatch=True))
def test_any_ten_digits_are_the_same_in_every_frame(number: str) -> None:
    frames = ("{}", "SE{}01", "16{}", "{}01")
    found = [ten_digits(frame.format(number)) for frame in frames[:3]]
    assert found == [number] * 3
    if number[:2] not in {"16", "18", "19", "20"}:
        assert ten_digits(frames[3].format(number)) == number


@given(text=st.text(max_size=40))
def test_any_text_has_ten_digits_or_none(text: str) -> None:
    found = ten_digits(text)
    assert found is None or (len(found) == 10 and found.isascii() and found.isdecimal())
    assert isinstance(digits_of(text), str)
