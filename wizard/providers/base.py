"""The interface of a provider: its operations, their data types, and their errors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from errno import ECONNRESET
from typing import Protocol

from wizard.causes import Cause
from wizard.providers.companies import Approver, CompanySettings
from wizard.providers.file_page import FilePage

PAGE = 50  # rows on a page of a list, unless the caller needs fewer


class ProviderError(Exception):
    """A call to the provider was refused or failed.

    ``cause`` is from our table of causes; ``transient`` is True if a retry can help; ``code`` and
    ``error_id`` are the provider's own, for support. Never contains a token or a URL.
    ``right_company`` says that the company had been read before, and is the expected one.
    """

    right_company = False

    def __init__(
        self, cause: Cause, *, transient: bool = False, code: str = "", error_id: str = ""
    ) -> None:
        super().__init__(f"{cause} {code}".strip())
        self.cause = cause
        self.transient = transient
        self.code = code
        self.error_id = error_id


class TokenRefusedError(ProviderError):
    """The access token is not accepted (401): refresh it once and repeat the call."""


class NoSearchError(ProviderError):
    """The provider cannot search the texts of vouchers."""


class NotFoundInTimeError(ProviderError):
    """The search stopped at its limit of calls; the item may exist all the same."""


class FileTooLargeError(ProviderError):
    """A document is larger than the 20 MB that we send on."""


class FileCutError(ConnectionResetError):
    """A document ended early or was longer than announced; the bytes received are not the document.

    A ConnectionResetError, so that the web server aborts the response to the reader as well.
    """

    def __init__(self, why: str) -> None:
        super().__init__(ECONNRESET, why)


class RangeUnmetError(ProviderError):
    """The requested range is outside the document (RFC 9110, 416); ``total`` is its size in bytes."""

    def __init__(self, total: int) -> None:
        super().__init__(Cause.OUR_CONFIGURATION, code="range")
        self.total = total


class GrantEndedError(ProviderError):
    """The code or refresh token has ended (invalid_grant, RFC 6749, 5.2); only a new approval helps."""


@dataclass(frozen=True)
class Tokens:
    """A response of the token endpoint (RFC 6749, 5.1); ``refresh_token`` is None if it has none."""

    access_token: str
    refresh_token: str | None
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at!r})"


@dataclass(frozen=True)
class FiscalYear:
    """A fiscal year, with the provider's id; ``end`` is its last day, inclusive."""

    id: str
    start: date
    end: date


@dataclass(frozen=True)
class VoucherRow:
    """A row of a voucher; amounts are in the company's currency, and either debit or credit is zero."""

    account: str
    account_name: str
    debit: Decimal
    credit: Decimal
    text: str


@dataclass(frozen=True)
class Voucher:
    """A voucher with its label (series and number, "A12") and the ids of its attached files.

    ``document_ids`` are those that the voucher itself lists; ``voucher_documents`` finds the rest.
    ``has_documents`` is None where only that can tell. ``imported_number`` is the label that the voucher
    had in the books it was imported from. ``number`` is None if the label has none. All ids are the provider's.
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
    has_documents: bool | None = None
    imported_number: str = ""

    @property
    def dated(self) -> str:
        """Label and date, "A12 (2026-02-07)", since labels recur in every fiscal year."""
        return f"{self.label} ({self.day})" if self.label and self.day else self.label


@dataclass(frozen=True)
class VoucherPage:
    """A page of vouchers: ``number`` counts from 1, ``pages`` is their count, ``total`` that of vouchers.

    ``way`` is how a plain page was asked for: all pages of one list are to be asked for alike.
    """

    vouchers: tuple[Voucher, ...]
    number: int
    pages: int
    total: int
    way: int = 0


@dataclass(frozen=True)
class Narrowing:
    """What a list of vouchers is narrowed to: a series, and days from ``first`` to ``last``, inclusive."""

    series: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Document:
    """A document, with the provider's id; ``name`` is the uploaded file's name and cannot be trusted.

    ``owner_id`` is the id of what it is attached to: the voucher, or the invoice or receipt behind it.
    """

    id: str
    name: str
    owner_id: str = ""


@dataclass(frozen=True)
class Whereabouts:
    """A document's temporary URL, which works for a short time, without authentication."""

    document: Document
    address: str = field(repr=False)


@dataclass(frozen=True)
class ByteRange:
    """A requested byte range from ``start`` to before ``stop``; a negative start counts from the end."""

    start: int
    stop: int | None = None


class DocumentFile(Protocol):
    """An open document; the caller must close it.

    ``beginning`` is the first bytes of the whole file, which determine its media type. The content
    starts at byte ``start`` and has ``length`` bytes, of ``total`` in the whole file (None: unknown).
    ``ranges`` is True if byte ranges can be requested.
    """

    @property
    def document(self) -> Document:
        """The document's id and name."""

    @property
    def beginning(self) -> bytes:
        """The first kilobytes of the file, or all of a shorter one."""

    @property
    def start(self) -> int:
        """The offset of the first byte sent; 0 unless a range was requested and is supported."""

    @property
    def length(self) -> int | None:
        """The number of bytes that ``pieces`` yields; None if unknown."""

    @property
    def total(self) -> int | None:
        """The number of bytes in the whole file; None if unknown."""

    @property
    def ranges(self) -> bool:
        """True if the file's host supports byte ranges."""

    def look(self, most: int, *, timeout: float) -> bytes:
        """The first ``most`` bytes sent, or all of fewer, before ``pieces`` gives them too."""

    def pieces(self) -> Iterator[bytes]:
        """The bytes, once, as they arrive; raises FileCutError if their number is not as announced."""

    def close(self) -> None:
        """Close the connection to the file's host."""


class Provider(Protocol):
    """An accounting system. Each operation ends within ``timeout`` seconds and may raise ProviderError."""

    @property
    def name(self) -> str:
        """Its identifier in URLs and the database, such as "visma"."""

    @property
    def identity_host(self) -> str:
        """The host of its log-in, exactly as an approver's browser shows it before the first slash."""

    @property
    def issuer(self) -> str:
        """The required value of ``iss`` in the authorization response (RFC 9207)."""

    @property
    def program_address(self) -> str:
        """The URL where people log in to the program itself."""

    @property
    def issuer_required(self) -> bool:
        """True if an authorization response without ``iss`` is refused."""

    @property
    def scopes(self) -> str:
        """The requested scopes, separated by spaces (RFC 6749, 3.3)."""

    @property
    def rate_limit(self) -> int:
        """Calls per minute that it allows for each endpoint, counted over all our processes."""

    @property
    def calls_of_check(self) -> tuple[str, ...]:
        """The endpoints that a check of a whole company calls, once for each call."""

    def authorization_url(self, state: str, verifier: str, *, choose_again: bool) -> str:
        """The authorization request's URL; ``choose_again`` forces log-in and the choice of company."""

    def exchange(self, code: str, verifier: str, *, timeout: float) -> Tokens:
        """Exchange a code for tokens (RFC 6749, 4.1.3); raises GrantEndedError if it is not accepted."""

    def refresh(self, refresh_token: str, *, timeout: float) -> Tokens:
        """Refresh the tokens (RFC 6749, 6); raises GrantEndedError if the grant has ended."""

    def revoke(self, token: str, *, timeout: float) -> None:
        """Revoke the grant of a refresh token (RFC 7009); returns once the provider has confirmed it."""

    def holder(self, access_token: str) -> str:
        """The mail address in the access token, read without a call: a hint only, empty if there is none."""

    def company(self, access_token: str, *, timeout: float) -> CompanySettings:
        """The settings of the company that the grant is for."""

    def keeps_books(self, access_token: str, *, timeout: float) -> bool:
        """False if the company has fiscal years, and all of them are without bookkeeping."""

    def vouchers(self, access_token: str, *, timeout: float, most: int = PAGE) -> list[Voucher]:
        """The first page of vouchers, at most ``most``."""

    def documents(self, access_token: str, *, timeout: float, most: int = PAGE) -> list[str]:
        """The ids of some documents that are attached to a voucher or an invoice; none is downloaded."""

    def approver(self, access_token: str, *, timeout: float) -> Approver | None:
        """The person who approved; None if the provider does not say."""

    def open_document(self, access_token: str, document_id: str, *, timeout: float) -> bytes:
        """The first bytes of a document, downloaded in the same way as for a reader."""

    def fiscal_years(self, access_token: str, *, timeout: float) -> list[FiscalYear]:
        """The fiscal years, newest first."""

    def voucher_page(
        self, access_token: str, year_id: str, number: int, *, search: str = "", timeout: float
    ) -> VoucherPage:
        """A page of a year's vouchers, newest first if the provider supports the order.

        ``search`` is a part of their texts; raises NoSearchError if the provider cannot search.
        """

    def large_voucher_page(
        self, access_token: str, year_id: str, number: int, narrowing: Narrowing, *, timeout: float
    ) -> VoucherPage:
        """A large page of a year's vouchers, to look through, in the order of ``voucher_page``.

        A provider that cannot narrow its list gives all of it. Pages of one list have the same size.
        """

    def plain_voucher_page(
        self, access_token: str, year_id: str, number: int, *, way: int | None, timeout: float
    ) -> VoucherPage:
        """A large page of a year's vouchers, oldest first, with what they tell of themselves.

        ``way`` is that of an earlier page; None finds out what the provider accepts, by more calls.
        """

    def file_page(
        self, access_token: str, number: int, *, way: int | None, timeout: float
    ) -> FilePage:
        """A large page of the list of all files, in the provider's order; ``way`` as above."""

    def owners_of(self, voucher: Voucher) -> tuple[str, ...]:
        """The ids of what files of a voucher may be attached to, to be looked for in ``file_page``."""

    def find_vouchers(
        self, access_token: str, year_id: str, series: str | None, number: int, *, timeout: float
    ) -> list[Voucher]:
        """The vouchers of a year with a number, in one series or in any (None); usually one or none.

        Raises NotFoundInTimeError if the search would need too many calls.
        """

    def find_all(
        self,
        access_token: str,
        year_id: str,
        labels: Sequence[tuple[str | None, int]],
        *,
        timeout: float,
    ) -> list[Voucher] | None:
        """The vouchers with any of these series and numbers (series None: any), by few calls.

        None if the provider cannot find many at once; ``find_vouchers`` finds them one by one.
        """

    def voucher(
        self, access_token: str, year_id: str, voucher_id: str, *, timeout: float
    ) -> Voucher | None:
        """The voucher with the provider's id; None if it does not exist."""

    def find_imported(
        self, access_token: str, year_id: str, labels: Sequence[str], *, timeout: float
    ) -> list[Voucher]:
        """The vouchers of a year whose ``imported_number`` is one of these labels; usually none.

        Raises NotFoundInTimeError if the search would need too many calls.
        """

    def voucher_documents(
        self, access_token: str, voucher: Voucher, *, timeout: float
    ) -> list[Document]:
        """All documents of a voucher from this provider, including those of the invoice behind it."""

    def belongs(self, voucher: Voucher, document: Document) -> bool:
        """True if the two refer to each other; if False, only ``voucher_documents`` can tell."""

    def whereabouts(
        self, access_token: str, document_id: str, *, timeout: float
    ) -> Whereabouts | None:
        """A document and its temporary URL; None if the document does not exist."""

    def fetch(
        self,
        access_token: str,
        place: Whereabouts,
        *,
        wanted: ByteRange | None = None,
        timeout: float,
    ) -> DocumentFile:
        """Open a document at its temporary URL, or at a new one if that has expired.

        ``timeout`` covers the first bytes. The ``wanted`` range is used only if the file's ``ranges`` is
        True. Raises FileTooLargeError, RangeUnmetError.
        """
