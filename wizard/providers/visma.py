"""The provider Visma eEkonomi (Spiris Bokföring & Fakturering): log-in, API and errors.

Source: https://developer.vismaonline.com/docs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from wizard.organisation_digits import ten_digits
from wizard.providers import visma_documents, visma_finding, visma_vouchers
from wizard.providers.allowed_calls import ALLOWED, AllowedCalls, Host
from wizard.providers.base import (
    PAGE,
    ByteRange,
    Document,
    DocumentFile,
    FiscalYear,
    Narrowing,
    Tokens,
    Voucher,
    VoucherPage,
    Whereabouts,
)
from wizard.providers.claims import claim
from wizard.providers.companies import Approver, CompanySettings, CompanyState
from wizard.providers.deadline import Deadline
from wizard.providers.file_page import FilePage
from wizard.providers.files import FileFetcher
from wizard.providers.gate import Gate
from wizard.providers.http import BoundedAdapter, oauth_session
from wizard.providers.visma_answers import (
    Asking,
    data_of,
    named,
    paging_of,
    text,
    unreadable,
)
from wizard.providers.visma_errors import answered, api_error, json_of
from wizard.providers.visma_marks import VismaVoucher
from wizard.providers.visma_tokens import read_tokens, refusal
from wizard.providers.visma_vouchers import read_voucher
from wizard.setting_values import site_of

CONFIRMED = {200, 204}
BOOKKEEPING_VARIANTS = {1: True, 2: False, 3: True, 4: True, 5: True, 6: False}
NO_BOOKKEEPING_METHOD = 2
COMPANY_STATES = {0: CompanyState.INACTIVE, 1: CompanyState.ACTIVE, 2: CompanyState.READ_ONLY}
MATCHED = 0


@dataclass(frozen=True)
class VismaEndpoints:
    """Visma's base URLs and our client's credentials, from the settings."""

    identity_url: str
    api_url: str
    web_url: str
    client_id: str
    client_secret: str
    redirect_uri: str
    scopes: str
    prompt: str
    acr_values: str
    file_hosts: str
    issuer_required: bool
    rate_limit: int
    local: bool

    def __repr__(self) -> str:
        return f"VismaEndpoints({self.identity_url!r}, {self.api_url!r})"


class Visma:
    """The provider for Visma eEkonomi."""

    name = "visma"
    calls_of_check = (
        "companysettings",
        "fiscalyears",
        "vouchers",
        "attachments",  # the list
        "attachments",  # the one that is opened
        "users",
    )

    def __init__(self, endpoints: VismaEndpoints, gate: Gate | None = None) -> None:
        self._to = endpoints
        hosts = {Host.LOGIN: endpoints.identity_url, Host.API: endpoints.api_url}
        allowed = AllowedCalls(ALLOWED[self.name], hosts)
        self._adapter = BoundedAdapter(
            self.name, allowed, gate, pool_connections=4, pool_maxsize=32
        )
        self._files = FileFetcher(endpoints.file_hosts, local=endpoints.local)
        self.identity_host = site_of(endpoints.identity_url)
        self.issuer = endpoints.identity_url
        self.program_address = endpoints.web_url
        self.issuer_required = endpoints.issuer_required
        self.scopes = endpoints.scopes
        self.rate_limit = endpoints.rate_limit

    def authorization_url(self, state: str, verifier: str, *, choose_again: bool) -> str:
        """The URL of Visma's log-in; ``prompt`` and ``acr_values`` make it ask for the company."""
        prompts = self._to.prompt.split()
        if choose_again and "login" not in prompts:
            prompts.insert(0, "login")
        extra = {"prompt": " ".join(prompts), "acr_values": self._to.acr_values}
        url, _ = self._session(
            redirect_uri=self._to.redirect_uri, scope=self._to.scopes
        ).create_authorization_url(
            f"{self._to.identity_url}/connect/authorize",
            state=state,
            code_verifier=verifier,
            **{name: value for name, value in extra.items() if value},
        )
        return str(url)

    def exchange(self, code: str, verifier: str, *, timeout: float) -> Tokens:
        """Exchange the code, with its PKCE verifier (RFC 7636), for tokens."""
        return self._tokens(
            timeout,
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            redirect_uri=self._to.redirect_uri,
        )

    def refresh(self, refresh_token: str, *, timeout: float) -> Tokens:
        """Refresh the tokens; the refresh token may be the old or a new one, so store what is returned."""
        return self._tokens(timeout, grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, token: str, *, timeout: float) -> None:
        """Revoke the grant (RFC 7009); Visma answers an empty 200, other servers 204 or a JSON object.

        A web page with status 200 confirms nothing: what stands between us and Visma wrote it.
        """
        session = self._session()
        answer = answered(
            lambda: session.revoke_token(
                f"{self._to.identity_url}/connect/revocation",
                token=token,
                token_type_hint="refresh_token",
                timeout=timeout,
                allow_redirects=False,
            )
        )
        if answer.status_code not in CONFIRMED:
            raise refusal(answer) or api_error(answer)
        if answer.content.strip() and json_of(answer).get(
            "error"
        ):  # else a page of somebody else's
            raise refusal(answer) or unreadable()

    def company(self, access_token: str, *, timeout: float) -> CompanySettings:
        """GET /v2/companysettings, the only resource with the organisation number."""
        found = self._get(access_token, "companysettings", timeout=timeout)
        if not found.get("CountryCode"):  # every company has one
            raise unreadable()
        try:
            return CompanySettings(
                name=text(found["Name"], 200),
                organisation_number=ten_digits(str(found.get("CorporateIdentityNumber") or "")),
                country=text(found["CountryCode"], 2).upper(),
                state=COMPANY_STATES.get(found.get("CompanyStatus", 1), CompanyState.ACTIVE),
                has_bookkeeping=BOOKKEEPING_VARIANTS.get(found.get("ProductVariant") or 0),
            )
        except (KeyError, TypeError):
            raise unreadable() from None

    def keeps_books(self, access_token: str, *, timeout: float) -> bool:
        """GET /v2/fiscalyears: False if every year's BookkeepingMethod is 2 (NoBookkeeping).

        A company without any year yet says nothing of its bookkeeping.
        """
        years = self._list(access_token, "fiscalyears", timeout=timeout)
        return not years or any(
            year.get("BookkeepingMethod") != NO_BOOKKEEPING_METHOD for year in years
        )

    def vouchers(self, access_token: str, *, timeout: float, most: int = PAGE) -> list[Voucher]:
        """GET /v2/vouchers, one page."""
        found = self._list(access_token, f"vouchers?$pagesize={most}", timeout=timeout)
        return [read_voucher(voucher, "") for voucher in found]

    def documents(self, access_token: str, *, timeout: float, most: int = PAGE) -> list[str]:
        """GET /v2/attachments, one page without temporary URLs: the ids of those attached to something."""
        path = f"attachments?$pagesize={most}&includeTemporaryUrl=false"
        found = self._list(access_token, path, timeout=timeout)
        matched = [document for document in found if document.get("AttachmentStatus") == MATCHED]
        return [named(document.get("Id")) for document in matched]

    def approver(self, access_token: str, *, timeout: float) -> Approver | None:
        """GET /v2/users: the row with IsCurrentUser."""
        users = self._list(access_token, "users", timeout=timeout)
        current = next((user for user in users if user.get("IsCurrentUser") is True), None)
        if current is None:
            return None
        names = (current.get("FirstName"), current.get("LastName"))
        return Approver(
            name=" ".join(text(name, 100) for name in names if name),
            email=text(current.get("Email"), 254),
            is_consultant=current.get("IsConsultant") is True,
            active=current.get("IsActive") is not False,
        )

    def holder(self, access_token: str) -> str:
        """The claim ``email`` of the access token, as in Visma's sample; nothing depends on it."""
        return text(claim(access_token, "email"), 254)

    def open_document(self, access_token: str, document_id: str, *, timeout: float) -> bytes:
        """The first bytes, by ``whereabouts`` and ``fetch``; the file is then closed."""
        place = self.whereabouts(access_token, document_id, timeout=timeout)
        if place is None:
            raise unreadable()
        file = self.fetch(access_token, place, timeout=timeout)
        file.close()
        return file.beginning

    def fiscal_years(self, access_token: str, *, timeout: float) -> list[FiscalYear]:
        """GET /v2/fiscalyears."""
        return visma_vouchers.fiscal_years(self._asking(access_token, timeout))

    def voucher_page(
        self, access_token: str, year_id: str, number: int, *, search: str = "", timeout: float
    ) -> VoucherPage:
        """GET /v2/vouchers/{year}, newest first if Visma accepts the order."""
        return visma_vouchers.voucher_page(
            self._asking(access_token, timeout), year_id, number, search
        )

    def large_voucher_page(
        self, access_token: str, year_id: str, number: int, narrowing: Narrowing, *, timeout: float
    ) -> VoucherPage:
        """GET /v2/vouchers/{year} in pages of 500, or of 50 if Visma refuses them."""
        asking = self._asking(access_token, timeout)
        return visma_vouchers.large_page(asking, year_id, number, narrowing)

    def plain_voucher_page(
        self, access_token: str, year_id: str, number: int, *, way: int | None, timeout: float
    ) -> VoucherPage:
        """GET /v2/vouchers/{year} in pages of 500, or of 50 if Visma refuses them."""
        asking = self._asking(access_token, timeout)
        return visma_vouchers.plain_page(asking, year_id, number, way)

    def file_page(
        self, access_token: str, number: int, *, way: int | None, timeout: float
    ) -> FilePage:
        """GET /v2/attachments in pages of 500, or of 50 if Visma refuses them."""
        return visma_documents.file_page(self._asking(access_token, timeout), number, way)

    def owners_of(self, voucher: Voucher) -> tuple[str, ...]:
        """The voucher itself, its SourceId, and DocumentId of its Attachments."""
        return tuple(sorted(voucher.owners)) if isinstance(voucher, VismaVoucher) else (voucher.id,)

    def find_vouchers(
        self, access_token: str, year_id: str, series: str | None, number: int, *, timeout: float
    ) -> list[Voucher]:
        """GET /v2/vouchers/{year} with a filter; if filters are refused, by searching the sorted list."""
        return visma_finding.find(self._asking(access_token, timeout), year_id, series, number)

    def find_all(
        self,
        access_token: str,
        year_id: str,
        labels: Sequence[tuple[str | None, int]],
        *,
        timeout: float,
    ) -> list[Voucher] | None:
        """GET /v2/vouchers/{year}, filtered by one series and at most 45 numbers a call."""
        return visma_finding.find_all(self._asking(access_token, timeout), year_id, labels)

    def find_imported(
        self, access_token: str, year_id: str, labels: Sequence[str], *, timeout: float
    ) -> list[Voucher]:
        """GET /v2/vouchers/{year} filtered by ImportedVoucherNumber; if that is refused, all of the list."""
        return visma_finding.find_imported(self._asking(access_token, timeout), year_id, labels)

    def voucher(
        self, access_token: str, year_id: str, voucher_id: str, *, timeout: float
    ) -> Voucher | None:
        """GET /v2/vouchers/{year}/{voucher}."""
        return visma_vouchers.voucher(self._asking(access_token, timeout), year_id, voucher_id)

    def voucher_documents(
        self, access_token: str, voucher: Voucher, *, timeout: float
    ) -> list[Document]:
        """GET /v2/attachments, supplierinvoices and customerinvoices, as the voucher refers to them."""
        return visma_documents.documents_of(self._asking(access_token, timeout), voucher)

    def belongs(self, voucher: Voucher, document: Document) -> bool:
        """Compares the voucher's Attachments and SourceId with the document's DocumentId."""
        return visma_documents.belongs(voucher, document)

    def whereabouts(
        self, access_token: str, document_id: str, *, timeout: float
    ) -> Whereabouts | None:
        """GET /v2/attachments/{id} or /v2/customerinvoices/{id}/pdf, for the temporary URL."""
        return visma_documents.whereabouts(self._asking(access_token, timeout), document_id)

    def fetch(
        self,
        access_token: str,
        place: Whereabouts,
        *,
        wanted: ByteRange | None = None,
        timeout: float,
    ) -> DocumentFile:
        """Open the file at its temporary URL, or at a new one if that has expired."""
        asking = self._asking(access_token, timeout)
        return visma_documents.fetch(asking, self._files, place, wanted)

    def _asking(self, access_token: str, timeout: float) -> Asking:
        """Calls with one access token that share a time limit."""
        return Asking(
            lambda path, seconds: self._get(access_token, path, timeout=seconds),
            Deadline(timeout, call_seconds=timeout),
        )

    def _session(self, **options: Any) -> Any:
        return oauth_session(self._adapter, self._to.client_id, self._to.client_secret, **options)

    def _tokens(self, timeout: float, **fields: str) -> Tokens:
        """Request tokens as our client, and parse the response ourselves.

        Authlib would lose new tokens if it could not parse their ``expires_in``.
        """
        session, asked = self._session(), datetime.now(UTC)
        answer = answered(
            lambda: session.post(
                f"{self._to.identity_url}/connect/token",
                data=fields,
                auth=session.client_auth(session.token_endpoint_auth_method),
                timeout=timeout,
                allow_redirects=False,
            )
        )
        return read_tokens(answer, asked)

    def _get(self, access_token: str, path: str, *, timeout: float) -> dict[str, Any]:
        session = self._session(token={"access_token": access_token, "token_type": "Bearer"})
        answer = answered(
            lambda: session.get(
                f"{self._to.api_url}/v2/{path}", timeout=timeout, allow_redirects=False
            )
        )
        if answer.status_code != 200:
            raise api_error(answer)
        return json_of(answer)

    def _list(self, access_token: str, path: str, *, timeout: float) -> list[dict[str, Any]]:
        found = self._get(access_token, path, timeout=timeout)
        paging_of(found)  # a list that says it has rows, and shows none, is no answer
        return data_of(found)
