"""instance/demo.env: keys created once, and all settings of the present run, also for `flask` commands.

A command that knew less than the run would speak to another provider or database than the demo does.
"""

import base64
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from wizard.demo.errors import DemoError
from wizard.embedded.lock import claim
from wizard.embedded.private import write_private

OWN = "DEMO_"
SPECIAL = re.compile(r"[^\w:/.,@%+=-]", re.ASCII)


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
    """This run's settings, with keys that persist between runs; written to demo.env.

    A key of our own that ``run`` replaces is kept under another name, for the runs that do not.
    """
    before, own = _read(instance), _new_keys()
    for name in own:
        own[name] = before.get(OWN + name) or before.get(name) or own[name]
    settings = {**own, **run}
    kept = {OWN + name: key for name, key in own.items() if name in run}
    lines = (f"{name}={_quoted(value)}\n" for name, value in {**settings, **kept}.items())
    write_private(_file(instance), "".join(lines))
    return settings


def _read(instance: Path) -> dict[str, str]:
    found = dotenv_values(_file(instance)) if _file(instance).exists() else {}
    return {name: value for name, value in found.items() if value}


def _quoted(value: str) -> str:
    """As the readers of such files understand it; what looks like a variable would be replaced."""
    if not SPECIAL.search(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "${:-$}{")
    return f"'{escaped}'"


def _file(instance: Path) -> Path:
    return instance / "demo.env"


def _new_keys() -> dict[str, str]:
    return {
        "WIZARD_SECRET_KEY": secrets.token_urlsafe(32),
        # A name of its own, so that what a lost key has sealed is told from what this one has.
        "WIZARD_TOKEN_KEYS": f"demo{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "WIZARD_EVIDENCE_KEYS": f"demo:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "WIZARD_VISMA_CLIENT_ID": "ovningsmiljo",
        "WIZARD_VISMA_CLIENT_SECRET": secrets.token_urlsafe(24),
    }
