"""instance/demo.env: keys created once, and the settings of the present run, also for `flask` commands."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from wizard.demo.errors import DemoError
from wizard.embedded.lock import claim
from wizard.embedded.private import write_private


def take_over(instance: Path) -> None:
    """Lock the folder for this demo and its children; raises DemoError if another one runs.

    Two runs would overwrite each other's state file and demo.env.
    """
    instance.mkdir(parents=True, exist_ok=True)
    if claim(instance / "demo.lock") is None:
        where = _read(instance).get("WIZARD_PUBLIC_URL", "en annan port")
        message = f"Kopplingsguiden körs redan från den här mappen, på {where}. Stoppa den först."
        raise DemoError(message)


def settle(instance: Path, run: Mapping[str, str]) -> dict[str, str]:
    """This run's settings, with keys that persist between runs; written to demo.env."""
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
