"""The plan of a run: what to start, with which settings; environment variables take precedence."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard import setting_files
from wizard.config import secrets_of
from wizard.demo.cast import OWN_STAFF
from wizard.demo.environment import settle, take_over
from wizard.demo.errors import DemoError
from wizard.demo.ports import Ports, read_ports
from wizard.setting_values import is_https

SENDER = "koppla@senseworks.example.com"
OPERATOR = {  # nobody's name and number
    "WIZARD_OPERATOR_NAME": "Senseworks Exempel AB",
    "WIZARD_OPERATOR_NUMBER": "559900-4008",
    "WIZARD_OPERATOR_ADDRESS": "Exempelgatan 1, 111 22 Stockholm",
    "WIZARD_OPERATOR_CONTACT": "uppgifter@senseworks.example.com",
    "WIZARD_OPERATOR_LEGAL_BASIS": "legitimate_interest",
}


@dataclass(frozen=True)
class Plan:
    """A run: its ports, the wizard's settings, and whether it creates demo data."""

    ports: Ports
    settings: dict[str, str]
    is_demo: bool

    @property
    def public_url(self) -> str:
        return self.settings.get("WIZARD_PUBLIC_URL", "").rstrip("/")

    def sandbox_environment(self, instance: Path) -> dict[str, str]:
        """The stand-in's settings, which match the wizard's."""
        redirect = self.settings.get("WIZARD_VISMA_REDIRECT_URI")
        return {
            "SANDBOX_PORT": str(self.ports.sandbox),
            "SANDBOX_CLIENT_ID": self.settings["WIZARD_VISMA_CLIENT_ID"],
            "SANDBOX_CLIENT_SECRET": self.settings["WIZARD_VISMA_CLIENT_SECRET"],
            "SANDBOX_REDIRECT_URIS": redirect or f"{self.public_url}/visma/callback",
            "SANDBOX_STATE_FILE": str(instance / "sandbox-state.json"),
        }

    def postbox_environment(self, instance: Path) -> dict[str, str]:
        """The postbox's settings: ports and folder."""
        return {
            "POSTBOX_PORT": str(self.ports.postbox),
            "POSTBOX_SMTP_PORT": str(self.ports.postbox_smtp),
            "POSTBOX_FOLDER": str(instance / "postbox"),
        }


def make_plan(environment: Mapping[str, str], instance: Path) -> Plan:
    """Make the plan; a public address with https means production, without demo data.

    Raises DemoError, before any change, if the folder or a port is in use.
    """
    given = setting_files.given(environment)
    if is_https(given.get("WIZARD_PUBLIC_URL", "")):
        return Plan(read_ports(environment, sandbox=False), given, is_demo=False)
    given = _without_files(given)
    take_over(instance)
    elsewhere = "WIZARD_VISMA_IDENTITY_URL" in given or "WIZARD_SANDBOX_URL" in given
    mail_given = any(name.startswith("WIZARD_SMTP_") for name in given)
    ports = read_ports(environment, sandbox=not elsewhere, postbox=not mail_given)
    settings = settle(instance, _addresses(ports, given) | given)
    return Plan(ports, settings, is_demo=True)


def _without_files(given: Mapping[str, str]) -> dict[str, str]:
    """The settings with the secrets themselves, since demo.env holds them all."""
    secrets = secrets_of()
    try:
        found = setting_files.read(given, secrets, secrets)
    except ValueError as error:
        raise DemoError(str(error)) from None
    named = {name + setting_files.SUFFIX for name in found}
    return {name: value for name, value in given.items() if name not in named} | found


def _addresses(ports: Ports, given: Mapping[str, str]) -> dict[str, str]:
    """The settings that depend on this run's ports."""
    public = given.get("WIZARD_PUBLIC_URL", f"http://localhost:{ports.web}")
    sandbox = {"WIZARD_SANDBOX_URL": f"http://127.0.0.1:{ports.sandbox}"} if ports.sandbox else {}
    return {
        "WIZARD_PUBLIC_URL": public,
        "WIZARD_WEBHOOK_LOCAL": "true",
        **OPERATOR,
        **sandbox,
        **_mail(ports),
    }


def _mail(ports: Ports) -> dict[str, str]:
    """The mail settings: the postbox, unless a mail server is configured."""
    if ports.postbox is None:
        return {}
    return {
        "WIZARD_SMTP_HOST": "127.0.0.1",
        "WIZARD_SMTP_PORT": str(ports.postbox_smtp),
        "WIZARD_SMTP_SECURITY": "none",
        "WIZARD_OPERATOR_EMAIL": OWN_STAFF[-1].email,
        "WIZARD_MAIL_SENDER": SENDER,
    }
