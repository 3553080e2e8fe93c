"""A few rounds of `tests.kills`, which says itself what it does."""

import random
from pathlib import Path

from tests.kills import run
from tests.standin import StandIn

ROUNDS = 8


def test_nothing_that_could_be_saved_is_lost_to_kills(
    database_url: str, catalogues: None, visma: StandIn, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    report = run(database_url, visma, ROUNDS, seed, tmp_path / "log")
    assert not report.audit.wrong, f"seed {seed}: {report.lines()}"
    assert report.done["read"]
