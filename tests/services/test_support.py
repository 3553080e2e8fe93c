"""What support finds people by: each way has an index, whatever the number of companies."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from wizard.services.support import meant


@pytest.mark.parametrize("said", ["4f7kxt", "Kod 4F7KXT", "559123-4561", "bok", "a@example.com"])
def test_every_way_to_be_found_goes_through_an_index(session: Session, said: str) -> None:
    session.execute(text("set local enable_seqscan = off"))
    statement = meant(said).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(
        session.connection().exec_driver_sql(f"explain {statement}".replace("%", "%%")).scalars()
    )
    assert "Seq Scan" not in plan, plan
