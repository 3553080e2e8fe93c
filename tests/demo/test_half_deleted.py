"""Each file of a started demo taken away or emptied, alone: the demo starts, or says what to do."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from wizard import config, embedded
from wizard.demo import logins, run
from wizard.demo.environment import settle
from wizard.demo.errors import DemoError
from wizard.demo.plan import Plan
from wizard.demo.ports import Ports
from wizard.models import Grant, GrantState

STAFF = 4
STARTS_WITHOUT = {
    "postgres-password",
    "demo-logins",
    "postgres.lock",
    "postgres",
    "postgres/users.lock",
    "postgres/postgres.log",
}
SAYS_WHAT_TO_DO = {"demo.env", "postgres/data/PG_VERSION", "postgres/data/base"}


@pytest.fixture
def top() -> Iterator[Path]:
    """A folder that the server's account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="Halv "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def start(instance: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """All of `make run` that reads the folder; returns the sentence it ends with, if any."""
    for name in [name for name in os.environ if name.startswith("WIZARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(config, "INSTANCE", instance)
    monkeypatch.setattr(config, "DEMO_SETTINGS", instance / "demo.env")
    monkeypatch.setattr(run, "INSTANCE", instance)
    instance.mkdir(exist_ok=True)
    try:
        settings = settle(instance, {"WIZARD_PUBLIC_URL": "http://localhost:8000"})
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        run._prepare(Plan(Ports(8000, (), 8001), settings, is_demo=True))  # noqa: SLF001
        assert len(logins.kept(instance)) == STAFF
    except (DemoError, config.SettingsError, embedded.EmbeddedError) as error:
        return str(error)
    else:
        return ""
    finally:
        embedded.release(instance)


def seal_something(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As somebody who has connected a company would leave it."""
    name = os.environ["WIZARD_TOKEN_KEYS"].partition(":")[0]
    engine = create_engine(embedded.use(instance))
    with Session(engine) as session:
        session.add(Grant(provider="visma", state=GrantState.LIVING, access_token=f"{name}.x"))
        session.commit()
    engine.dispose()
    embedded.release(instance)


def lost(instance: Path) -> list[tuple[Path, str]]:
    """What the demo has left, and in which ways each can be lost; of the data what PostgreSQL needs first."""
    data = instance / "postgres/data"
    found = [*instance.iterdir(), *(instance / "postgres").iterdir(), *data.iterdir()]
    found += [data / "global/pg_control", data / "global/pg_filenode.map"]
    ways = [(part, way) for part in found for way in WAYS if way == "taken away" or part.is_file()]
    return sorted((part.relative_to(instance), way) for part, way in ways)


def take_away(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink()


def empty(part: Path) -> None:
    os.truncate(part, 0)


WAYS: dict[str, Callable[[Path], None]] = {"taken away": take_away, "emptied": empty}


@pytest.mark.system
def test_a_demo_without_one_of_its_files_starts_or_says_what_to_do(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = top / "whole"
    assert start(whole, monkeypatch) == ""
    seal_something(whole, monkeypatch)
    started: set[str] = set()
    told: set[str] = set()
    wrong: list[str] = []
    for part, way in lost(whole):
        half = top / "half"
        subprocess.run(["cp", "-a", whole, half], check=True)
        WAYS[way](half / part)
        try:
            said = start(half, monkeypatch)
        except Exception as error:  # noqa: BLE001 -- whatever is no sentence is a finding
            said = f"{error!r}"
        shutil.rmtree(half)
        (told if said else started).add(str(part))
        if said and "ta bort" not in said.lower():
            wrong.append(f"{part} {way}: {said}")
    assert not wrong, "\n".join(wrong)
    assert started >= STARTS_WITHOUT
    assert told >= SAYS_WHAT_TO_DO
