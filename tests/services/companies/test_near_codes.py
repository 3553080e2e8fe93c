"""What a code that was said wrong in one place was meant to be."""

from collections.abc import Iterator

from wizard.models.base import READABLE
from wizard.services.companies.near_codes import near_codes


def near(code: str) -> Iterator[str]:
    """Every way to say a code wrong in one place."""
    for place, sign in enumerate(code):
        yield code[:place] + code[place + 1 :]
        yield code[:place] + sign * 2 + code[place + 1 :]
        yield from (code[:place] + other + code[place + 1 :] for other in READABLE + "01iloå")


def test_a_code_said_wrong_in_one_place_is_one_of_those_meant() -> None:
    code = "4f7kxd"
    assert all(code in near_codes(said) for said in near(code))
    for said in ("4F7KX0", "4f7kxO", "4 F 7 k x o.", "Kod 4F7-KX0.", "4f7kdx"):
        assert code in near_codes(said), said
    assert "4d7kqx" in near_codes("4O7K0X")
    for said in ("4f7", "bageriet", "", "4f7kxd4f7kxd", "åäöåäö", "4f2222"):
        assert code not in near_codes(said), said
