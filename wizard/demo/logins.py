"""The demo's log-ins, stored with the data so that every start can print them."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from wizard.embedded.private import write_private


class Login(NamedTuple):
    """A member of staff, with mail address and password."""

    title: str
    email: str
    password: str


def keep(instance: Path, logins: Iterable[Login]) -> None:
    """Write the log-ins to a private file."""
    instance.mkdir(parents=True, exist_ok=True)
    write_private(_file(instance), "".join("\t".join(login) + "\n" for login in logins))


def kept(instance: Path) -> list[Login]:
    """The stored log-ins; empty if the data was not created by the demo, or the file has been lost."""
    if not _file(instance).exists():
        return []
    lines = _file(instance).read_text("utf-8").splitlines()
    found = [line.split("\t") for line in lines]
    return [Login(*parts) for parts in found if len(parts) == len(Login._fields)]


def _file(instance: Path) -> Path:
    return instance / "demo-logins"
