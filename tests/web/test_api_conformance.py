"""The API of a live wizard keeps what its description promises, and the paper's program works as it stands."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.measures.api_fuzz import (
    SEED,
    ApiSite,
    api_site,
    run,
)
from tests.support.papers import paper
from tests.support.postgres import TestServer

FEW = 2


@pytest.fixture
def site(server: TestServer, tmp_path: Path) -> Iterator[ApiSite]:
    """A running wizard, with a key."""
    with api_site(server, tmp_path / "log") as site:
        yield site


def test_schemathesis_finds_no_failure(site: ApiSite) -> None:
    found = run(site, FEW, SEED, few=True)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "21 selected / 21 total" in found.stdout


def test_the_papers_program_works_as_it_stands(site: ApiSite, tmp_path: Path) -> None:
    program = tmp_path / "example.py"
    program.write_text(paper("docs/platform.md").program(0))
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(program)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    given = {"KOPPLINGSGUIDEN_URL": site.url, "KOPPLINGSGUIDEN_KEY": site.key}
    done = subprocess.run(
        [sys.executable, str(program), "559900-1079", "A", "12"],
        cwd=tmp_path,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    saved = [line.split() for line in done.stdout.splitlines()]
    assert saved
    for size, name in saved:
        assert (tmp_path / name).stat().st_size == int(size)
