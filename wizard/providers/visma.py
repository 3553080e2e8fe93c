"""Visma eEkonomi (Spiris Bokföring & Fakturering): its log-in, its API, its errors in our words."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests
from authlib.integrations.base_client import OAuthError

from wizard.causes import Cause
from wizard.providers.base import (
    Approver,
    CompanySettings,
    CompanyState,
    GrantEndedError,
    ProviderError,
    TokenRefusedError,
    Tokens,
    Voucher,
)
from wizard.providers.files import FileFetcher
from wizard.providers.http import BoundedAdapter, oauth_session

ERROR_CAUSES = {
    4002: Cause.MODULE_MISSING,
    4003: Cause.STARTUP_GUIDE,
    4004: Cause.COMPANY_INACTIVE,
    4006: Cause.SCOPE_MISSING,
    4007: Cause.PERMISSION_MISSING,
    4009: Cause.NO_BOOKKEEPING,
    4011: Cause.USER_NOT_IN_COMPANY,
    4012: Cause.LICENCE_NOT_ACCEPTED,
    4034: Cause.OUR_CONFIGURATION,
}
NOT_AUTHORIZED = 4005
PASSING = {4010, 5000, 5001, 5002}
BOOKKEEPING_VARIANTS = {1: True, 2: False, 3: True, 4: True, 5: True, 6: False}
NO_BOOKKEEPING_METHOD = 2
COMPANY_STATES = {0: CompanyState.INACTIVE, 1: CompanyState.ACTIVE, 2: CompanyState.READ_ONLY}
PAGE = 50
MATCHED = 0


@dataclass(frozen=True)
class VismaEndpoints:
    """Where Visma is, and as whom we speak to it; the values are settings."""

    identity_url: str
    api_url: str
    client_id: str
    client_secret: str
    redirect_uri: str
    scopes: str
    prompt: str
    acr_values: str
    file_hosts: str
    issuer_required: bool
    local: bool

    def __repr__(self) -> str:
        return f"VismaEndpoints({self.identity_url!r}, {self.api_url!r})"


class Visma:
    """The provider for Visma eEkonomi."""

    name = "visma"

    def __init__(self, endpoints: VismaEndpoints) -> None:
        self._to = endpoints
        self._adapter = BoundedAdapter(pool_connections=4, pool_maxsize=32)
        self._files = FileFetcher(endpoints.file_hosts, local=endpoints.local)
        self.issuer = endpoints.identity_url
        self.issuer_required = endpoints.issuer_required
        self.scopes = endpoints.scopes

    def authorization_url(self, state: str, verifier: str, *, choose_again: bool) -> str:
        """Visma's log-in; ``prompt`` and ``acr_values`` make it ask for the company."""
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
        """Trade the code, with its PKCE verifier, for tokens."""
        session = self._session(redirect_uri=self._to.redirect_uri)
        return self._tokens(
            lambda: session.fetch_token(
                f"{self._to.identity_url}/connect/token",
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                timeout=timeout,
                allow_redirects=False,
            )
        )

    def refresh(self, refresh_token: str, *, timeout: float) -> Tokens:
        """New tokens; the refresh token may or may not be a new one, store what is returned."""
        session = self._session()
        return self._tokens(
            lambda: session.refresh_token(
                f"{self._to.identity_url}/connect/token",
                refresh_token=refresh_token,
                timeout=timeout,
                allow_redirects=False,
            )
        )

    def revoke(self, token: str, *, timeout: float) -> None:
        """End the grant; Visma answers an empty 200."""
        session = self._session()
        answer = _ask(
            lambda: session.revoke_token(
                f"{self._to.identity_url}/connect/revocation",
                token=token,
                token_type_hint="refresh_token",
                timeout=timeout,
                allow_redirects=False,
            )
        )
        if answer.status_code != 200:
            raise _token_error(answer)

    def company(self, access_token: str, *, timeout: float) -> CompanySettings:
        """GET /v2/companysettings, the only place with the organisation number."""
        found = self._get(access_token, "companysettings", timeout=timeout)
        try:
            return CompanySettings(
                name=_text(found["Name"], 200),
                organisation_number=_ten_digits(found.get("CorporateIdentityNumber")),
                country=_text(found["CountryCode"], 2).upper(),
                state=COMPANY_STATES.get(found.get("CompanyStatus", 1), CompanyState.ACTIVE),
                has_bookkeeping=BOOKKEEPING_VARIANTS.get(found.get("ProductVariant") or 0),
            )
        except (KeyError, TypeError):
            raise _unreadable() from None

    def keeps_books(self, access_token: str, *, timeout: float) -> bool:
        """GET /v2/fiscalyears: a year whose BookkeepingMethod is not 2 (NoBookkeeping)."""
        years = self._list(access_token, "fiscalyears", timeout=timeout)
        return any(year.get("BookkeepingMethod") != NO_BOOKKEEPING_METHOD for year in years)

    def vouchers(self, access_token: str, *, timeout: float) -> list[Voucher]:
        """GET /v2/vouchers, one page."""
        found = self._list(access_token, f"vouchers?$pagesize={PAGE}", timeout=timeout)
        return [Voucher(_label(voucher), _attachment_ids(voucher)) for voucher in found]

    def documents(self, access_token: str, *, timeout: float) -> list[str]:
        """GET /v2/attachments, one page, without temporary addresses: those that hang on something."""
        path = f"attachments?$pagesize={PAGE}&includeTemporaryUrl=false"
        found = self._list(access_token, path, timeout=timeout)
        matched = [document for document in found if document.get("AttachmentStatus") == MATCHED]
        return [str(document["Id"]) for document in matched if document.get("Id")]

    def approver(self, access_token: str, *, timeout: float) -> Approver | None:
        """GET /v2/users: the row with IsCurrentUser."""
        users = self._list(access_token, "users", timeout=timeout)
        current = next((user for user in users if user.get("IsCurrentUser") is True), None)
        if current is None:
            return None
        names = (current.get("FirstName"), current.get("LastName"))
        return Approver(
            name=" ".join(_text(name, 100) for name in names if name),
            email=_text(current.get("Email"), 254),
            is_consultant=current.get("IsConsultant") is True,
            active=current.get("IsActive") is not False,
        )

    def open_document(self, access_token: str, document_id: str, *, timeout: float) -> bytes:
        """GET /v2/attachments/{id}, then the start of the file at its temporary address."""
        path = f"attachments/{quote(document_id, safe='')}"
        found = self._get(access_token, path, timeout=timeout)
        return self._files.first_bytes(str(found.get("TemporaryUrl") or ""), timeout=timeout)

    def _session(self, **options: Any) -> Any:
        return oauth_session(self._adapter, self._to.client_id, self._to.client_secret, **options)

    def _tokens(self, ask: Callable[[], dict[str, Any]]) -> Tokens:
        """Run a token request made by Authlib, and read its answer or its refusal."""
        try:
            answer = _ask(ask)
        except OAuthError as error:
            raise _oauth_error(str(error.error)) from None
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise _unreadable() from None
        access, refresh = answer.get("access_token"), answer.get("refresh_token")
        if not _is_token(access):
            raise _unreadable()
        return Tokens(
            access_token=access,
            refresh_token=refresh if _is_token(refresh) else None,
            expires_at=datetime.now(UTC) + timedelta(seconds=_seconds(answer.get("expires_in"))),
        )

    def _get(self, access_token: str, path: str, *, timeout: float) -> dict[str, Any]:
        session = self._session(token={"access_token": access_token, "token_type": "Bearer"})
        answer = _ask(
            lambda: session.get(
                f"{self._to.api_url}/v2/{path}", timeout=timeout, allow_redirects=False
            )
        )
        if answer.status_code != 200:
            raise _api_error(answer)
        return _json(answer)

    def _list(self, access_token: str, path: str, *, timeout: float) -> list[dict[str, Any]]:
        rows = self._get(access_token, path, timeout=timeout).get("Data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _unreadable()
        return rows


def _ask(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except requests.JSONDecodeError:
        raise _unreadable() from None
    except requests.HTTPError as error:  # Authlib raises it for a 5xx of the token endpoint
        raise _api_error(error.response) from None
    except (requests.RequestException, OSError):
        raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="timeout") from None


def _unreadable() -> ProviderError:
    return ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="bad_answer")


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _api_error(answer: requests.Response) -> ProviderError:
    """Visma's error in our words: by ErrorCode, else by HTTP status."""
    try:
        body = _json(answer)
    except ProviderError:
        body = {}
    code = body.get("ErrorCode")
    code = code if isinstance(code, int) else 0
    said, error_id = str(code or answer.status_code), _text(body.get("ErrorId"), 64)
    if code in ERROR_CAUSES:
        return ProviderError(ERROR_CAUSES[code], code=said, error_id=error_id)
    if answer.status_code >= 500 or answer.status_code == 429 or code in PASSING:
        return ProviderError(
            Cause.PROVIDER_UNAVAILABLE, transient=True, code=said, error_id=error_id
        )
    if code == NOT_AUTHORIZED or answer.status_code == 401:
        return TokenRefusedError(Cause.OUR_CONFIGURATION, code=said, error_id=error_id)
    return ProviderError(Cause.OUR_CONFIGURATION, code=said, error_id=error_id)


def _token_error(answer: requests.Response) -> ProviderError:
    try:
        error = _json(answer).get("error")
    except ProviderError:
        error = None
    return _oauth_error(error) if isinstance(error, str) else _api_error(answer)


def _oauth_error(error: str) -> ProviderError:
    if error == "invalid_grant":
        return GrantEndedError(Cause.STALE_CODE, code=error)
    if error in {"temporarily_unavailable", "server_error"}:
        return ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code=error)
    return ProviderError(Cause.OUR_CONFIGURATION, code=_text(error, 32))


def _text(value: object, longest: int) -> str:
    """A value as text that can be stored and shown: no control characters, no halves of letters."""
    return "".join(filter(str.isprintable, str(value or "")))[:longest]


def _is_token(value: object) -> bool:
    """Whether it is what RFC 6749 lets a token be: printable ASCII, and something."""
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable()


def _ten_digits(number: object) -> str | None:
    """The digits of an organisation number without century; None when there are not ten."""
    digits = "".join(filter(str.isdigit, str(number or "")))
    digits = digits[2:] if len(digits) == 12 else digits
    return digits if len(digits) == 10 else None


def _label(voucher: dict[str, Any]) -> str:
    return _text(voucher.get("NumberAndNumberSeries"), 32)


def _attachment_ids(voucher: dict[str, Any]) -> tuple[str, ...]:
    link = voucher.get("Attachments")
    ids = link.get("AttachmentIds") if isinstance(link, dict) else None
    return tuple(str(one) for one in ids) if isinstance(ids, list) else ()


def _seconds(value: object) -> int:
    return value if isinstance(value, int) and 0 < value <= 86400 else 3600
