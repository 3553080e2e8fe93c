"""What support finds people by: each way has an index, whatever the number of companies."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from wizard.services.companies.support_search import code_in, meant


@pytest.mark.parametrize(
    "said", ["4f7kxt", "Kod 4F7KXT", "559123-4561", "bok", "a@example.com", "a@ex", "Berit Fors"]
)
def test_every_way_to_be_found_goes_through_an_index(session: Session, said: str) -> None:
    session.execute(text("set local enable_seqscan = off"))
    statement = meant(said).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(
        session.connection().exec_driver_sql(f"explain {statement}".replace("%", "%%")).scalars()
    )
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4f7kxt", "4f7kxt"),
        ("Kod: 4F7 KXT", "4f7kxt"),
        ("4F7KXT.", "4f7kxt"),
        ("4f7kx", None),
        ("0f7kxt", None),
    ],
)
def test_a_code_is_known_however_it_is_spaced(text: str, code: str | None) -> None:
    assert code_in(text) == code
