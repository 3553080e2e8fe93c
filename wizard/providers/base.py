"""What a provider is: endpoints as data, a few verbs, and errors that say what they mean to us."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from errno import ECONNRESET
from typing import Protocol

from wizard.causes import Cause

PAGE = 50  # rows of a list, unless fewer will do


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


class NoSearchError(ProviderError):
    """The provider cannot search in the texts of vouchers."""


class NotFoundInTimeError(ProviderError):
    """What was looked for was not among what could be gone through; it may be there all the same."""


class FileTooLargeError(ProviderError):
    """A document is larger than anything we send on."""


class FileCutError(ConnectionResetError):
    """A document broke off, or was not as long as it said; what has come of it is not the whole.

    A broken connection to us: a web server that meets it breaks the one to the reader as well.
    """

    def __init__(self, why: str) -> None:
        super().__init__(ECONNRESET, why)


class RangeUnmetError(ProviderError):
    """The bytes asked for are not in the document; ``total`` is how many it has."""

    def __init__(self, total: int) -> None:
        super().__init__(Cause.OUR_CONFIGURATION, code="range")
        self.total = total


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
class FiscalYear:
    """A fiscal year by the provider's id; ``end`` is its last day."""

    id: str
    start: date
    end: date


@dataclass(frozen=True)
class VoucherRow:
    """A row of a voucher; amounts in the company's currency, the one that is not used is zero."""

    account: str
    account_name: str
    debit: Decimal
    credit: Decimal
    text: str


@dataclass(frozen=True)
class Voucher:
    """A voucher by its label (series and number, "A12") and the ids of files attached to it.

    ``document_ids`` are those the voucher itself names; ``voucher_documents`` finds the rest.
    ``number`` is None when the label has none. Ids are the provider's.
    """

    label: str
    document_ids: tuple[str, ...]
    id: str = ""
    year_id: str = ""
    series: str = ""
    number: int | None = None
    day: date | None = None
    text: str = ""
    rows: tuple[VoucherRow, ...] = ()

    @property
    def dated(self) -> str:
        """The label and the day, "A12 (2026-02-07)": each fiscal year has an A12 of its own."""
        return f"{self.label} ({self.day})" if self.label and self.day else self.label


@dataclass(frozen=True)
class VoucherPage:
    """One page, counted from 1, of so many; ``total`` vouchers in all."""

    vouchers: tuple[Voucher, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class Document:
    """A document by the provider's id; ``name`` is what somebody called the file, and proves nothing.

    ``owner_id`` is the id of what it hangs on: the voucher, or the invoice or receipt behind it.
    """

    id: str
    name: str
    owner_id: str = ""


@dataclass(frozen=True)
class Whereabouts:
    """Where a document can be fetched, for a short while and by whoever knows it."""

    document: Document
    address: str = field(repr=False)


@dataclass(frozen=True)
class ByteRange:
    """Bytes asked for: from ``start`` up to, not including, ``stop``; a negative start is the last bytes."""

    start: int
    stop: int | None = None


class DocumentFile(Protocol):
    """An open document. To be closed, whatever happens.

    ``beginning`` is the first bytes of the whole file, by which its kind can be judged; what is sent
    begins at byte ``start`` and is ``length`` bytes, of ``total`` in the whole file (None: not told).
    ``ranges`` says whether any part of it can be asked for.
    """

    @property
    def document(self) -> Document:
        """Which it is."""

    @property
    def beginning(self) -> bytes:
        """Some kilobytes, or all there is."""

    @property
    def start(self) -> int:
        """0, unless a range was asked for and can be had."""

    @property
    def length(self) -> int | None:
        """Bytes to come."""

    @property
    def total(self) -> int | None:
        """Bytes in the whole file."""

    @property
    def ranges(self) -> bool:
        """Whether the provider's host gives parts of it."""

    def pieces(self) -> Iterator[bytes]:
        """The bytes, once, as they come; FileCutError when they are not what was promised."""

    def close(self) -> None:
        """Let go of the connection."""


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

    @property
    def rate_limit(self) -> int:
        """How many calls a minute it allows to each endpoint, all our processes together."""

    def authorization_url(self, state: str, verifier: str, *, choose_again: bool) -> str:
        """Where the approver is sent; ``choose_again`` forces log-in and the choice of company."""

    def exchange(self, code: str, verifier: str, *, timeout: float) -> Tokens:
        """Trade a code for tokens; GrantEndedError when the code is not accepted."""

    def refresh(self, refresh_token: str, *, timeout: float) -> Tokens:
        """New tokens for old; GrantEndedError when the grant has ended."""

    def revoke(self, token: str, *, timeout: float) -> None:
        """End the grant of a refresh token; returning means that the provider confirmed it."""

    def holder(self, access_token: str) -> str:
        """The mail address of whose token it is, asked of nobody: a hint, empty when it is not told."""

    def company(self, access_token: str, *, timeout: float) -> CompanySettings:
        """The company the grant is for."""

    def keeps_books(self, access_token: str, *, timeout: float) -> bool:
        """Whether some fiscal year is kept with bookkeeping."""

    def vouchers(self, access_token: str, *, timeout: float, most: int = PAGE) -> list[Voucher]:
        """A page of vouchers, or so many at most."""

    def documents(self, access_token: str, *, timeout: float, most: int = PAGE) -> list[str]:
        """The ids of those of a few documents that belong to a voucher or an invoice, without fetching them."""

    def approver(self, access_token: str, *, timeout: float) -> Approver | None:
        """Who approved; None when the provider does not tell."""

    def open_document(self, access_token: str, document_id: str, *, timeout: float) -> bytes:
        """The first bytes of a document, fetched as a reader would."""

    def fiscal_years(self, access_token: str, *, timeout: float) -> list[FiscalYear]:
        """The fiscal years, newest first."""

    def voucher_page(
        self, access_token: str, year_id: str, number: int, *, search: str = "", timeout: float
    ) -> VoucherPage:
        """A page of a year's vouchers, newest first where the provider can; ``search`` is a part of
        their texts, NoSearchError when it cannot.
        """

    def find_vouchers(
        self, access_token: str, year_id: str, series: str | None, number: int, *, timeout: float
    ) -> list[Voucher]:
        """The vouchers of a year with a number, in one series or (None) in any; mostly one or none.

        NotFoundInTimeError when the provider would have to be asked too often.
        """

    def voucher(
        self, access_token: str, year_id: str, voucher_id: str, *, timeout: float
    ) -> Voucher | None:
        """The voucher with the provider's id; None when there is none."""

    def voucher_documents(
        self, access_token: str, voucher: Voucher, *, timeout: float
    ) -> list[Document]:
        """The documents of a voucher this provider has given, wherever they are kept."""

    def belongs(self, voucher: Voucher, document: Document) -> bool:
        """Whether the two say that they belong together; False means that ``voucher_documents`` knows."""

    def whereabouts(
        self, access_token: str, document_id: str, *, timeout: float
    ) -> Whereabouts | None:
        """What a document is and where it can be fetched at once; None when there is none."""

    def fetch(
        self,
        access_token: str,
        place: Whereabouts,
        *,
        wanted: ByteRange | None = None,
        timeout: float,
    ) -> DocumentFile:
        """Open a document, from its first byte or the range wanted; its whereabouts are asked for anew
        if they have ended already.

        ``timeout`` is for its beginning. A range is only kept to when the file's ``ranges`` is true.
        Raises FileTooLargeError, RangeUnmetError.
        """
