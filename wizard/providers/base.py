"""What a provider is: endpoints as data, a few verbs, and errors that say what they mean to us."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from wizard.causes import Cause


class ProviderError(Exception):
    """The provider refused or failed.

    ``cause`` is ours, from the table; ``transient`` says that a retry can help; ``code`` and
    ``error_id`` are the provider's own, for support. Never holds a token or an address.
    """

    def __init__(
        self, cause: Cause, *, transient: bool = False, code: str = "", error_id: str = ""
    ) -> None:
        super().__init__(f"{cause} {code}".strip())
        self.cause = cause
        self.transient = transient
        self.code = code
        self.error_id = error_id


class TokenRefusedError(ProviderError):
    """The access token is not, or no longer, accepted: refresh once, then ask anew."""


class GrantEndedError(ProviderError):
    """The code or refresh token is dead (invalid_grant); only a new approval helps."""


@dataclass(frozen=True)
class Tokens:
    """An answer of the token endpoint; ``refresh_token`` is None when none was given."""

    access_token: str
    refresh_token: str | None
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at!r})"


class CompanyState(StrEnum):
    """Whether the company is in use at the provider."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    READ_ONLY = "read_only"


@dataclass(frozen=True)
class CompanySettings:
    """A company as the provider describes it.

    ``organisation_number`` is ten digits, or None when missing; ``country`` ISO 3166-1 alpha-2;
    ``has_bookkeeping`` is False for a product without bookkeeping, None when it is not told.
    """

    name: str
    organisation_number: str | None
    country: str
    state: CompanyState
    has_bookkeeping: bool | None


@dataclass(frozen=True)
class Approver:
    """The person whose rights the tokens act with."""

    name: str
    email: str
    is_consultant: bool
    active: bool


@dataclass(frozen=True)
class Voucher:
    """A voucher by its label (series and number, "A12") and its documents' ids."""

    label: str
    document_ids: tuple[str, ...]


class Provider(Protocol):
    """An accounting system. Every verb raises ProviderError and ends within ``timeout`` seconds."""

    @property
    def name(self) -> str:
        """Its word in addresses and the database."""

    @property
    def issuer(self) -> str:
        """What ``iss`` in a callback must be (RFC 9207)."""

    @property
    def issuer_required(self) -> bool:
        """Whether a callback without ``iss`` is refused."""

    @property
    def scopes(self) -> str:
        """What is asked for, separated by spaces."""

    def authorization_url(self, state: str, verifier: str, *, choose_again: bool) -> str:
        """Where the approver is sent; ``choose_again`` forces log-in and the choice of company."""

    def exchange(self, code: str, verifier: str, *, timeout: float) -> Tokens:
        """Trade a code for tokens; GrantEndedError when the code is not accepted."""

    def refresh(self, refresh_token: str, *, timeout: float) -> Tokens:
        """New tokens for old; GrantEndedError when the grant has ended."""

    def revoke(self, token: str, *, timeout: float) -> None:
        """End the grant of a refresh token; returning means that the provider confirmed it."""

    def company(self, access_token: str, *, timeout: float) -> CompanySettings:
        """The company the grant is for."""

    def keeps_books(self, access_token: str, *, timeout: float) -> bool:
        """Whether some fiscal year is kept with bookkeeping."""

    def vouchers(self, access_token: str, *, timeout: float) -> list[Voucher]:
        """A page of vouchers."""

    def documents(self, access_token: str, *, timeout: float) -> list[str]:
        """The ids of a few documents that belong to a voucher or an invoice, without fetching them."""

    def approver(self, access_token: str, *, timeout: float) -> Approver | None:
        """Who approved; None when the provider does not tell."""

    def open_document(self, access_token: str, document_id: str, *, timeout: float) -> bytes:
        """The first bytes of a document, fetched as a reader would."""
