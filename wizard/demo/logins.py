"""The demo's log-ins, kept beside the data so that they can be shown at every start."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from wizard.embedded.private import write_private


class Login(NamedTuple):
    """Who, and how she signs in."""

    title: str
    email: str
    password: str


def keep(instance: Path, logins: Iterable[Login]) -> None:
    """Write them down for our eyes only."""
    instance.mkdir(parents=True, exist_ok=True)
    write_private(_file(instance), "".join("\t".join(login) + "\n" for login in logins))


def kept(instance: Path) -> list[Login]:
    """Those written down; none if the data came from elsewhere."""
    if not _file(instance).exists():
        return []
    lines = _file(instance).read_text("utf-8").splitlines()
    return [Login(*line.split("\t")) for line in lines]


def _file(instance: Path) -> Path:
    return instance / "demo-logins"
