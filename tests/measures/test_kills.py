"""A few rounds of `tests.measures.kills`."""

import random
from pathlib import Path

from tests.measures.kills import run
from tests.support.standin import StandIn

ROUNDS = 8


def test_kills_lose_nothing_that_can_be_saved(
    database_url: str, catalogues: None, visma: StandIn, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    report = run(database_url, visma, ROUNDS, seed, tmp_path / "log")
    assert not report.audit.wrong, f"seed {seed}: {report.lines()}"
    assert report.done["read"]
