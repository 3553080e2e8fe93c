"""All settings of the wizard: type, default and purpose."""

import base64
import binascii
import os
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Literal, Self
from urllib.parse import SplitResult, urlsplit

import click
from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from stdnum.exceptions import ValidationError as NumberError
from stdnum.se import orgnr

from wizard import embedded
from wizard.organisation_digits import digits_of

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
DEMO_SETTINGS = (
    INSTANCE / "demo.env"
)  # written by `make run`, so that `flask` commands use the same settings
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Operator:
    """Who runs the service, as pages name it: all but the name may be empty."""

    name: str
    number: str
    address: str
    contact: str
    legal_basis: str


class SettingsError(click.ClickException):
    """A setting is missing or invalid; the message names it."""


def host_of(url: str) -> str:
    """The host name of a URL, without the port; empty if there is none."""
    return urlsplit(url).hostname or ""


def site_of(url: str) -> str:
    """What a browser shows of a URL before the first slash: the host name, and a port of its own."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _address(value: str) -> str:
    """The address with its scheme in small letters, by which it is known to be https."""
    parts = urlsplit(value.strip())
    odd = parts.query or parts.fragment or "@" in parts.netloc or not _is_port(parts)
    if parts.scheme not in {"http", "https"} or not parts.hostname or odd or " " in parts.netloc:
        raise ValueError("skriv en hel adress, som https://koppla.example.se")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("måste börja med https, utom för en adress på den egna datorn")
    return parts.geturl().rstrip("/")


def _mail_address(value: str) -> str:
    """The address as accounts and letters have it."""
    try:
        found = validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("är inte en adress som går att mejla till") from None
    return (found.ascii_email or found.normalized).lower()


def _is_port(parts: SplitResult) -> bool:
    with suppress(ValueError):
        return parts.port is None or parts.port > 0
    return False


class Settings(BaseSettings):
    """Settings from environment variables with the prefix WIZARD_."""

    model_config = SettingsConfigDict(
        env_prefix="WIZARD_", extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    public_url: str = Field(
        description="The address people reach the wizard at; https in production"
    )
    secret_key: SecretStr = Field(
        description="Signs session cookies; at least 32 random characters"
    )
    token_keys: SecretStr = Field(
        description="Keys for tokens at rest: <id>:<base64 of 32 bytes>, comma separated, newest first"
    )
    database_url: str = Field(
        default="", description="PostgreSQL; when empty the embedded one under instance/ is used"
    )
    visma_identity_url: str = Field(
        default="https://identity.vismaonline.com", description="Visma's login"
    )
    visma_api_url: str = Field(
        default="https://eaccountingapi.vismaonline.com", description="Visma's API, without /v2"
    )
    visma_web_url: str = Field(
        default="https://eaccounting.vismaonline.com",
        description="Where people log in to Visma eEkonomi, to change something there",
    )
    visma_client_id: str = Field(description="Our client id at Visma")
    visma_client_secret: SecretStr = Field(description="Our client secret at Visma")
    visma_redirect_uri: str = Field(
        default="", description="Where Visma sends people back; <public address>/visma/callback"
    )
    visma_scopes: str = Field(
        default="ea:api offline_access ea:accounting_readonly ea:sales_readonly ea:purchase_readonly",
        description="What we ask to read at Visma",
    )
    visma_prompt: str = Field(
        default="select_account",
        description="Makes Visma ask for the company in spite of standardföretag",
    )
    visma_acr_values: str = Field(
        default="service:44643EB1-3F76-4C1C-A672-402AE8085934",
        description="Makes Visma list only companies that have the programme",
    )
    visma_file_hosts: str = Field(
        default="",
        description="Hosts documents may be fetched from; the API's and *.vismaonline.com",
    )
    visma_iss_required: bool = Field(
        default=False,
        description="Refuse a callback from Visma that does not say who sent it (iss)",
    )
    visma_rate_limit: int = Field(
        default=600,
        ge=10,
        description="Calls a minute that Visma allows us to each endpoint, all processes together",
    )
    sandbox_url: str = Field(
        default="", description="The stand-in Visma; set by make run, refused with a https address"
    )
    webhook_local: bool = Field(
        default=False,
        description="Let webhooks go to this computer, to try them; refused with a https address",
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, description="Number of proxies in front that set X-Forwarded-For"
    )
    smtp_host: str = Field(default="", description="Mail server; without it no letters are sent")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server")
    smtp_username: str = Field(
        default="", description="User name at the mail server, if it wants one"
    )
    smtp_password: SecretStr = Field(
        default=SecretStr(""), description="Password at the mail server"
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls, tls, or none (loopback only)"
    )
    mail_sender: str = Field(default="", description="The From address of our letters")
    letters_to_one: int = Field(
        default=20,
        ge=1,
        description="Letters a day that people may send to one address, all firms together",
    )
    letters_by_one: int = Field(
        default=300,
        ge=1,
        description="Letters a day that one person may send: a member, or an approver",
    )
    letters_by_firm: int = Field(
        default=1000, ge=1, description="Letters a day that people may send for one firm"
    )
    operator_email: str = Field(
        default="", description="Who is mailed of outages and of faults that only we can mend"
    )
    operator_deputy_email: str = Field(
        default="", description="Who is mailed when that mail bounces, or an outage lasts for hours"
    )
    operator_name: str = Field(
        default="", description="Legal name of who runs the service, beneath every page"
    )
    operator_number: str = Field(default="", description="Its organisation number, on /uppgifter")
    operator_address: str = Field(default="", description="Its postal address, on /uppgifter")
    operator_contact: str = Field(
        default="", description="Mail address or telephone for questions about data, on /uppgifter"
    )
    operator_legal_basis: Literal[
        "", "consent", "contract", "legal_obligation", "legitimate_interest"
    ] = Field(
        default="",
        description="The firms' legal basis: consent, contract, legal_obligation or legitimate_interest",
    )
    session_idle_minutes: int = Field(
        default=60,
        ge=5,
        le=24 * 60,
        description="Minutes without use after which staff are signed out",
    )
    session_hours: int = Field(
        default=12,
        ge=1,
        le=24,
        description="Hours after which staff are signed out whatever they do",
    )
    second_factor: bool | None = Field(
        default=None,
        description="Demand a second factor of admins and support; on with a https address, else off",
    )
    break_glass_email: str = Field(
        default="",
        description="Admins who may always sign in with a password: addresses, with spaces between",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log lines that are written"
    )

    @field_validator("public_url", "visma_identity_url", "visma_api_url", "visma_web_url")
    @classmethod
    def _whole_address(cls, value: str) -> str:
        return _address(value)

    @field_validator("visma_redirect_uri", "sandbox_url")
    @classmethod
    def _whole_address_if_given(cls, value: str) -> str:
        return _address(value) if value else value

    @field_validator("public_url")
    @classmethod
    def _no_path(cls, value: str) -> str:
        if urlsplit(value).path:
            raise ValueError("ska vara en adress utan sökväg efter värdnamnet")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("ska vara minst 32 slumpade tecken")
        return value

    @field_validator("token_keys")
    @classmethod
    def _keys_readable(cls, value: SecretStr) -> SecretStr:
        token_key_ring(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str) -> str:
        if value.startswith(("postgres://", "postgresql://")):
            value = "postgresql+psycopg://" + value.split("://", 1)[1]
        if value and not value.startswith("postgresql+psycopg://"):
            raise ValueError("ska vara en adress till PostgreSQL: postgresql://…")
        return value

    @field_validator("operator_name", "operator_address", "operator_contact")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("ska stå på en rad, utan osynliga tecken")
        return " ".join(value.split())

    @field_validator("operator_number")
    @classmethod
    def _organisation_number(cls, value: str) -> str:
        try:
            return orgnr.validate(digits_of(value)) if value else value
        except NumberError:
            raise ValueError("är inte ett organisationsnummer, som 559123-4561") from None

    @field_validator("mail_sender")
    @classmethod
    def _is_sender(cls, value: str) -> str:
        if value and not (value.isprintable() and "@" in parseaddr(value)[1]):
            raise ValueError("ska vara en mejladress, som guiden@example.se")
        return value

    @field_validator("operator_email", "operator_deputy_email")
    @classmethod
    def _can_be_mailed(cls, value: str) -> str:
        return _mail_address(value) if value else value

    @field_validator("break_glass_email")
    @classmethod
    def _each_can_be_mailed(cls, value: str) -> str:
        return " ".join(_mail_address(one) for one in value.replace(",", " ").split())

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.sandbox_url and self.https:
            raise ValueError(
                "WIZARD_SANDBOX_URL: övningsmiljön får inte användas med en https-adress"
            )
        if self.webhook_local and self.https:
            raise ValueError("WIZARD_WEBHOOK_LOCAL: får inte användas med en https-adress")
        if self.sandbox_url:
            self.visma_identity_url = self.visma_api_url = self.visma_web_url = self.sandbox_url
        if not self.visma_redirect_uri:
            self.visma_redirect_uri = f"{self.public_url}/visma/callback"
        if not self.visma_file_hosts:
            self.visma_file_hosts = f"{host_of(self.visma_api_url)} *.vismaonline.com"
        if self.smtp_host and not self.mail_sender:
            raise ValueError("WIZARD_MAIL_SENDER saknas: en mejlserver kräver en avsändaradress")
        if self.smtp_security == "none" and self.smtp_host not in {"", *LOOPBACK}:
            raise ValueError("WIZARD_SMTP_SECURITY: none går bara med en mejlserver på samma dator")
        return self

    @model_validator(mode="after")
    def _second_factor_unless_said(self) -> Self:
        if self.second_factor is None:
            self.second_factor = self.https
        return self

    @model_validator(mode="after")
    def _operator_is_named(self) -> Self:
        if not self.operator_name and (self.operator_number or self.operator_address):
            raise ValueError("WIZARD_OPERATOR_NAME saknas: numret och adressen är någons")
        return self

    @property
    def operator(self) -> Operator:
        """Who runs the service; without a name nobody is named."""
        return Operator(
            name=self.operator_name,
            number=self.operator_number,
            address=self.operator_address,
            contact=self.operator_contact,
            legal_basis=self.operator_legal_basis,
        )

    @property
    def https(self) -> bool:
        """True if the public address is https: production, with secure cookies and no demo."""
        return self.public_url.startswith("https://")


def token_key_ring(value: SecretStr) -> dict[str, bytes]:
    """The keys of WIZARD_TOKEN_KEYS by id, newest first; raises ValueError if one is malformed."""
    ring: dict[str, bytes] = {}
    for part in value.get_secret_value().split(","):
        name, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name.isalnum() or len(key) != 32:
            raise ValueError("varje nyckel skrivs <namn>:<base64 av 32 byte>, skilda med komma")
        if name in ring:  # one of them would be forgotten, with all that it has sealed
            raise ValueError(f"två nycklar heter {name}: ge den nya ett namn som ingen har haft")
        ring[name] = key
    return ring


def load(**overrides: object) -> Settings:
    """The settings of this process; SettingsError names the first that is invalid, or the database's fault."""
    demo = None if _is_https(os.environ.get("WIZARD_PUBLIC_URL", "")) else DEMO_SETTINGS
    if os.environ.get("WIZARD_VISMA_IDENTITY_URL") and not os.environ.get("WIZARD_SANDBOX_URL"):
        overrides = {
            "sandbox_url": "",
            **overrides,
        }  # the environment takes precedence over the demo's file
    try:
        settings = Settings(_env_file=demo, **overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    if not settings.database_url:
        try:
            settings.database_url = embedded.use(INSTANCE)
        except embedded.EmbeddedError as error:
            raise SettingsError(str(error)) from None
    return settings


def _is_https(address: str) -> bool:
    return address.strip().lower().startswith("https:")


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return message
    name = f"WIZARD_{first['loc'][0]}".upper()
    if first["type"] == "missing":
        description = Settings.model_fields[str(first["loc"][0])].description
        return f"{name} saknas ({description}). Sätt den i miljön, eller kör make run för en demo."
    return f"{name}: {message}"
