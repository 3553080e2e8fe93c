"""The machine is lost seconds after a backup: nothing older is lost, and connections say how they are."""

import random
from pathlib import Path

from tests.measures.machine_lost import run
from tests.support.standin import StandIn

CONNECTIONS = 6


def test_nothing_older_than_the_backup_is_lost(
    database_url: str, catalogues: None, visma: StandIn, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    report = run(database_url, visma, tmp_path, seed, 4.0, CONNECTIONS)
    assert not report.wrong, f"seed {seed}: {report.lines()}"
    assert report.counts["connections kept"] >= CONNECTIONS
