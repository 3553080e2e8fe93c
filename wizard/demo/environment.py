"""instance/demo.env: the keys made once, and what the present run uses, also for `flask` commands."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from wizard.demo.errors import DemoError
from wizard.embedded.lock import claim
from wizard.embedded.private import write_private


def take_over(instance: Path) -> None:
    """Be the only demo in this folder, with all that we start; DemoError if there is one.

    The stand-in's memory and demo.env are one run's: two would undo each other's work.
    """
    instance.mkdir(parents=True, exist_ok=True)
    if claim(instance / "demo.lock") is None:
        where = _read(instance).get("WIZARD_PUBLIC_URL", "en annan port")
        message = f"Kopplingsguiden körs redan från den här mappen, på {where}. Stoppa den först."
        raise DemoError(message)


def settle(instance: Path, run: Mapping[str, str]) -> dict[str, str]:
    """This run's settings, with keys that are the same at every start; written to the file."""
    new = _new_keys()
    kept = {name: value for name, value in _read(instance).items() if name in new}
    settings = {**new, **kept, **run}
    lines = (f"{name}={value}\n" for name, value in settings.items())
    write_private(_file(instance), "".join(lines))
    return settings


def _read(instance: Path) -> dict[str, str]:
    if not _file(instance).exists():
        return {}
    lines = _file(instance).read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _file(instance: Path) -> Path:
    return instance / "demo.env"


def _new_keys() -> dict[str, str]:
    return {
        "WIZARD_SECRET_KEY": secrets.token_urlsafe(32),
        "WIZARD_TOKEN_KEYS": f"demo:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "WIZARD_VISMA_CLIENT_ID": "ovningsmiljo",
        "WIZARD_VISMA_CLIENT_SECRET": secrets.token_urlsafe(24),
    }
