"""All settings of the wizard: type, default and purpose."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import click
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from stdnum.exceptions import ValidationError as NumberError
from stdnum.se import orgnr

from wizard import embedded, setting_files, setting_values
from wizard.organisation_digits import digits_of
from wizard.setting_values import (
    LOOPBACK,
    AnyAddress,
    DatabaseAddress,
    EvidenceKeys,
    Hosts,
    MailAddress,
    MailAddresses,
    Sender,
    SigningKey,
    SigningKeys,
    TokenKeys,
    WebAddress,
    WebAddressIfGiven,
    host_of,
    is_https,
)

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
DEMO_SETTINGS = (
    INSTANCE / "demo.env"
)  # written by `make run`, so that `flask` commands use the same settings
ALSO_SECRET = {"database_url"}  # it may hold a password


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


class Settings(BaseSettings):
    """Settings from environment variables with the prefix WIZARD_."""

    model_config = SettingsConfigDict(
        env_prefix="WIZARD_", extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    public_url: WebAddress = Field(
        description="The address people reach the wizard at; https in production"
    )
    secret_key: SigningKey = Field(
        description="Signs session cookies; at least 32 random characters"
    )
    secret_key_previous: SigningKeys = Field(
        default=SecretStr(""),
        description="Earlier secret keys, comma separated: what they signed is still good",
    )
    token_keys: TokenKeys = Field(
        description="Keys for tokens at rest: <id>:<base64 of 32 bytes>, comma separated, newest first"
    )
    evidence_keys: EvidenceKeys = Field(
        default=SecretStr(""),
        description="Ed25519 keys that sign manifests, written as the token keys are",
    )
    database_url: DatabaseAddress = Field(
        default="", description="PostgreSQL; when empty the embedded one under instance/ is used"
    )
    database_tls: Literal["verify-full", "off"] = Field(
        default="verify-full",
        description="What a PostgreSQL on another computer must use; off is for a network of your own",
    )
    visma_identity_url: WebAddress = Field(
        default="https://identity.vismaonline.com", description="Visma's login"
    )
    visma_api_url: WebAddress = Field(
        default="https://eaccountingapi.vismaonline.com", description="Visma's API, without /v2"
    )
    visma_web_url: WebAddress = Field(
        default="https://eaccounting.vismaonline.com",
        description="Where people log in to Visma eEkonomi, to change something there",
    )
    visma_client_id: str = Field(description="Our client id at Visma")
    visma_client_secret: SecretStr = Field(description="Our client secret at Visma")
    visma_redirect_uri: WebAddressIfGiven = Field(
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
    visma_file_hosts: Hosts = Field(
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
    sandbox_url: WebAddressIfGiven = Field(
        default="", description="The stand-in Visma; set by make run, refused with a https address"
    )
    webhook_local: bool = Field(
        default=False,
        description="Let webhooks go to this computer, to try them; refused with a https address",
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, description="Number of proxies in front that set X-Forwarded-For"
    )
    smtp_host: Hosts = Field(default="", description="Mail server; without it no letters are sent")
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
    mail_sender: Sender = Field(default="", description="The From address of our letters")
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
    operator_email: MailAddress = Field(
        default="", description="Who is mailed of outages and of faults that only we can mend"
    )
    operator_deputy_email: MailAddress = Field(
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
    summary_hour: int = Field(
        default=7,
        ge=0,
        le=23,
        description="The hour in Stockholm from which the daily summary is mailed to staff who want it",
    )
    second_factor: bool | None = Field(
        default=None,
        description="Demand a second factor of admins and support; on with a https address, else off",
    )
    break_glass_email: MailAddresses = Field(
        default="",
        description="Admins who may always sign in with a password: addresses, with spaces between",
    )
    heartbeat_url: AnyAddress = Field(
        default=SecretStr(""),
        description="Asked every minute while work is done, for somebody who misses it to tell of",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="What Prometheus shows to read /metrics, as a bearer; without it there is no such page",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log lines that are written"
    )

    @field_validator("database_tls", "smtp_security", "operator_legal_basis", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("metrics_token")
    @classmethod
    def _token_long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < setting_values.SHORTEST_KEY:
            raise ValueError(f"ska vara minst {setting_values.SHORTEST_KEY} slumpade tecken")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _no_path(cls, value: str) -> str:
        if urlsplit(value).path:
            raise ValueError("ska vara en adress utan sökväg efter värdnamnet")
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
    def _safe_in_production(self) -> Self:
        if self.secret_key.get_secret_value() in self.previous_keys:
            raise ValueError("WIZARD_SECRET_KEY_PREVIOUS: den nya nyckeln står bland de tidigare")
        if not self.https:
            return self
        for name in ("secret_key", "secret_key_previous", "token_keys", "evidence_keys"):
            if setting_values.holds_one_repeated(name, getattr(self, name)):
                raise ValueError(
                    f"{setting_of(name)}: ett enda tecken om och om igen kan vem som helst gissa"
                )
        if self.database_in_the_open and self.database_tls != "off":
            raise ValueError(
                "WIZARD_DATABASE_URL: databasen står på en annan dator. Lägg till "
                "?sslmode=verify-full&sslrootcert=… med filen för den som har utfärdat dess certifikat, "
                "eller sätt WIZARD_DATABASE_TLS=off om ingen annan kommer åt nätet dit"
            )
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
        return is_https(self.public_url)

    @property
    def database_in_the_open(self) -> bool:
        """Whether the database is on another computer, and need not prove who it is."""
        return setting_values.goes_in_the_open(self.database_url)

    @property
    def previous_keys(self) -> list[str]:
        """The secret keys from before this one, newest first."""
        return setting_values.secret_keys(self.secret_key_previous)

    @property
    def signing_keys(self) -> list[str]:
        """All secret keys as whoever signs wants them: oldest first, and the last one signs."""
        return [*reversed(self.previous_keys), self.secret_key.get_secret_value()]


def secrets_of(settings: type[Settings] = Settings) -> dict[str, str]:
    """The fields that hold secrets, by the names of their settings: each may be given as a file."""
    return {
        setting_of(name): name
        for name, field in settings.model_fields.items()
        if field.annotation is SecretStr or name in ALSO_SECRET
    }


def setting_of(field: str) -> str:
    """The name of a field in the environment."""
    return f"WIZARD_{field}".upper()


def load(**overrides: object) -> Settings:
    """The settings of this process; SettingsError names the first that is invalid, or the database's fault."""
    given = setting_files.given(os.environ)
    demo = None if is_https(given.get("WIZARD_PUBLIC_URL", "")) else DEMO_SETTINGS
    if given.get("WIZARD_VISMA_IDENTITY_URL") and not given.get("WIZARD_SANDBOX_URL"):
        overrides = {
            "sandbox_url": "",
            **overrides,
        }  # the environment takes precedence over the demo's file
    try:
        settings = Settings(_env_file=demo, **{**_files(), **overrides})  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    if not settings.database_url:
        try:
            settings.database_url = embedded.use(INSTANCE)
        except embedded.EmbeddedError as error:
            raise SettingsError(str(error)) from None
    return settings


def _files() -> dict[str, object]:
    """The fields whose secrets stand in files."""
    secrets = secrets_of()
    try:
        found = setting_files.read(
            os.environ, secrets, {setting_of(n) for n in Settings.model_fields}
        )
    except ValueError as error:
        raise SettingsError(str(error)) from None
    return {secrets[name]: value for name, value in found.items()}


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
