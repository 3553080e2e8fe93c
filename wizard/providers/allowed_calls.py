"""Every call that we make to an accounting system, and the refusal of any other before it is sent.

This is the one place that says what we may ask for. The page about data shows it in words: each call's
``purpose`` names a text in the folder of its provider.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from wizard.causes import Cause
from wizard.providers.base import ProviderError

ID = "{id}"
AN_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Purpose(StrEnum):
    """What a call is for, in the order of the page about data."""

    TOKENS = "tokens"
    HAND_BACK = "hand_back"
    COMPANY = "company"
    USERS = "users"
    YEARS = "years"
    VOUCHERS = "vouchers"
    DOCUMENTS = "documents"
    SUPPLIER_INVOICES = "supplier_invoices"
    CUSTOMER_INVOICES = "customer_invoices"
    FILES = "files"


class Host(StrEnum):
    """Where a call goes: the log-in, the API, or a host of files, whose addresses the API gives."""

    LOGIN = "login"
    API = "api"
    FILES = "files"


@dataclass(frozen=True)
class AllowedCall:
    """A method and a path, in which ``{id}`` is an id of the provider's."""

    purpose: Purpose
    method: str
    host: Host
    path: str

    @property
    def reads(self) -> bool:
        """True unless the call is of the log-in, which hands out and takes back our keys."""
        return self.method == "GET"


ALLOWED: dict[str, tuple[AllowedCall, ...]] = {
    "visma": (
        AllowedCall(Purpose.TOKENS, "POST", Host.LOGIN, "/connect/token"),
        AllowedCall(Purpose.HAND_BACK, "POST", Host.LOGIN, "/connect/revocation"),
        AllowedCall(Purpose.COMPANY, "GET", Host.API, "/v2/companysettings"),
        AllowedCall(Purpose.USERS, "GET", Host.API, "/v2/users"),
        AllowedCall(Purpose.YEARS, "GET", Host.API, "/v2/fiscalyears"),
        AllowedCall(Purpose.VOUCHERS, "GET", Host.API, "/v2/vouchers"),
        AllowedCall(Purpose.VOUCHERS, "GET", Host.API, "/v2/vouchers/{id}"),
        AllowedCall(Purpose.VOUCHERS, "GET", Host.API, "/v2/vouchers/{id}/{id}"),
        AllowedCall(Purpose.DOCUMENTS, "GET", Host.API, "/v2/attachments"),
        AllowedCall(Purpose.DOCUMENTS, "GET", Host.API, "/v2/attachments/{id}"),
        AllowedCall(Purpose.SUPPLIER_INVOICES, "GET", Host.API, "/v2/supplierinvoices/{id}"),
        AllowedCall(Purpose.CUSTOMER_INVOICES, "GET", Host.API, "/v2/customerinvoices/{id}"),
        AllowedCall(Purpose.CUSTOMER_INVOICES, "GET", Host.API, "/v2/customerinvoices/{id}/pdf"),
        AllowedCall(Purpose.FILES, "GET", Host.FILES, ""),
    ),
}


class CallNotAllowedError(ProviderError):
    """A call that is not in the list was refused here; nothing was sent."""

    def __init__(self) -> None:
        super().__init__(Cause.OUR_CONFIGURATION, code="call_not_allowed")


class AllowedCalls:
    """The calls of one provider, at the addresses that the settings name."""

    def __init__(self, calls: Sequence[AllowedCall], addresses: Mapping[Host, str]) -> None:
        """``addresses`` holds the base URL of each host; files are at addresses of their own."""
        self._patterns = [
            (call.method, re.compile(re.escape(addresses[call.host].rstrip("/")) + _path(call)))
            for call in calls
            if call.host in addresses
        ]

    def demand(self, method: str, url: str) -> None:
        """Raise CallNotAllowedError unless the method and the whole path are in the list."""
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if not any(
            method == allowed and pattern.fullmatch(address) for allowed, pattern in self._patterns
        ):
            raise CallNotAllowedError


def _path(call: AllowedCall) -> str:
    return AN_ID.join(re.escape(part) for part in call.path.split(ID))
