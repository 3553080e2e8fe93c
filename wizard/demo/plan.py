"""What this run is to start, and with which settings; the environment always has the last word."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.demo.ports import Ports, read_ports
from wizard.embedded.lock import alone
from wizard.embedded.private import write_private


@dataclass(frozen=True)
class Plan:
    """One run: its ports, the wizard's settings, and whether it may make things up."""

    ports: Ports
    settings: dict[str, str]
    is_demo: bool

    @property
    def public_url(self) -> str:
        return self.settings.get("WIZARD_PUBLIC_URL", "").rstrip("/")

    def sandbox_environment(self, instance: Path) -> dict[str, str]:
        """The stand-in's settings, which answer to the wizard's."""
        redirect = self.settings.get("WIZARD_VISMA_REDIRECT_URI")
        return {
            "SANDBOX_PORT": str(self.ports.sandbox),
            "SANDBOX_CLIENT_ID": self.settings["WIZARD_VISMA_CLIENT_ID"],
            "SANDBOX_CLIENT_SECRET": self.settings["WIZARD_VISMA_CLIENT_SECRET"],
            "SANDBOX_REDIRECT_URIS": redirect or f"{self.public_url}/visma/callback",
            "SANDBOX_STATE_FILE": str(instance / "sandbox-state.json"),
        }


def make_plan(environment: Mapping[str, str], instance: Path) -> Plan:
    """Decide; with a https address nothing is made up, since that is how production is told.

    Raises DemoError, having written nothing, if a port will not do.
    """
    given = {n: v for n, v in environment.items() if n.startswith("WIZARD_") and v}
    is_demo = not given.get("WIZARD_PUBLIC_URL", "").lower().startswith("https:")
    elsewhere = "WIZARD_VISMA_IDENTITY_URL" in given or "WIZARD_SANDBOX_URL" in given
    ports = read_ports(environment, sandbox=is_demo and not elsewhere)
    settings = _with_keys(instance, _addresses(ports, given)) | given if is_demo else given
    return Plan(ports, settings, is_demo)


def _addresses(ports: Ports, given: Mapping[str, str]) -> dict[str, str]:
    """What is true of this run only."""
    public = given.get("WIZARD_PUBLIC_URL", f"http://localhost:{ports.web}")
    sandbox = {"WIZARD_SANDBOX_URL": f"http://127.0.0.1:{ports.sandbox}"} if ports.sandbox else {}
    return {"WIZARD_PUBLIC_URL": public, **sandbox}


def _with_keys(instance: Path, run: Mapping[str, str]) -> dict[str, str]:
    """The keys made once for this instance, and what this run uses, left for `flask` commands."""
    instance.mkdir(parents=True, exist_ok=True)
    file = instance / "demo.env"
    with alone(instance / "demo.lock"):
        settings = {**_new_keys(), **_kept_keys(file), **run}
        write_private(file, "".join(f"{name}={value}\n" for name, value in settings.items()))
    return settings


def _kept_keys(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = file.read_text("utf-8").splitlines()
    kept = dict(line.split("=", 1) for line in lines if "=" in line)
    return {name: value for name, value in kept.items() if name in _new_keys()}


def _new_keys() -> dict[str, str]:
    return {
        "WIZARD_SECRET_KEY": secrets.token_urlsafe(32),
        "WIZARD_TOKEN_KEYS": f"demo:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "WIZARD_VISMA_CLIENT_ID": "ovningsmiljo",
        "WIZARD_VISMA_CLIENT_SECRET": secrets.token_urlsafe(24),
    }
