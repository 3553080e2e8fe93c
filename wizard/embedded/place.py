"""The location of the server's files: the instance folder, or outside if its account has no access."""

import hashlib
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from wizard.embedded import postmaster
from wizard.embedded.account import Account, account_for
from wizard.embedded.errors import EmbeddedError
from wizard.embedded.private import write_private

# Not a temporary folder, which may be emptied, since this holds the data.
OUTSIDE = Path("/var/lib")


@dataclass(frozen=True)
class Place:
    """The folders and files of an embedded server."""

    instance: Path
    home: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def users(self) -> Path:
        """The lock file that every user of the server holds."""
        return self.home / "users.lock"

    @property
    def password_file(self) -> Path:
        return self.instance / "postgres-password"

    def password(self) -> str:
        """The role's password; empty if its file is lost."""
        found = self.password_file.read_text("utf-8") if self.password_file.exists() else ""
        return found.strip()

    def way_out(self) -> str:
        """What to do when the data cannot be used, as a sentence."""
        return (
            f"Saknas något i {self.home}, så lägg tillbaka det, eller ta bort {self.home} "
            "för att börja om med en tom databas."
        )

    def socket_folder(self) -> Path:
        """The socket's folder: a short path (limit: 107 bytes), the same at every start.

        The name depends on the data folder's inode, so that a copied instance has another one, and on
        the password, so that no other user of the machine can create it first.
        """
        status = self.data.stat()
        name = f"{status.st_dev}:{status.st_ino}:{self.password()}"
        return Path("/tmp/kopplingsguiden-" + hashlib.sha256(name.encode()).hexdigest()[:12])  # noqa: S108


def settle(instance: Path) -> Place:
    """The server's location, created if missing; call it from one process at a time."""
    home = _named(instance) or instance / "postgres"
    account = account_for(home)
    _make(home, account)
    if not account.can_write_in(home):
        home = _move_out(instance, home, account)
    return Place(instance, home, account)


def forget(place: Place) -> None:
    """Delete all files of the server, including its data."""
    if place.data.exists() and place.password_file.exists():
        shutil.rmtree(place.socket_folder(), ignore_errors=True)
    shutil.rmtree(place.home)
    place.password_file.unlink(missing_ok=True)
    _name_file(place.instance).unlink(missing_ok=True)


def _name_file(instance: Path) -> Path:
    return instance / "postgres-home"


def _named(instance: Path) -> Path | None:
    """The recorded folder outside the instance folder, if any."""
    name_file = _name_file(instance)
    if not name_file.exists():
        return None
    home = Path(name_file.read_text("utf-8").strip())
    if not home.exists():
        message = (
            f"Databasens mapp {home} finns inte längre. Återställ den, "
            f"eller ta bort {name_file} för att börja om med en tom databas."
        )
        raise EmbeddedError(message)
    return home


def _make(home: Path, account: Account) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    if home.stat().st_uid != account.uid:
        account.own(home)


def _move_out(instance: Path, home: Path, account: Account) -> Path:
    """Copy the data, record the copy, then delete the original; safe to kill at any point."""
    if postmaster.runs(home / "data"):
        raise EmbeddedError(f"Databasen i {home} måste flyttas. Stoppa först det som använder den.")
    outside = OUTSIDE / f"kopplingsguiden-{secrets.token_hex(6)}"
    shutil.copytree(home, outside, symlinks=True)
    account.own(outside)
    if not account.can_write_in(outside):
        shutil.rmtree(outside)
        raise EmbeddedError(f"Kontot {account.name} kan skriva varken i {home} eller i {OUTSIDE}.")
    write_private(_name_file(instance), f"{outside}\n")
    shutil.rmtree(home)
    return outside
