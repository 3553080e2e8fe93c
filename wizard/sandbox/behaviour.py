"""The stand-in's behaviour, which tests and rehearsals can change while it runs."""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

FaultKind = Literal["error_code", "oauth_error", "left_out", "status", "html", "close", "slow"]
Rotation = Literal["rotating", "reusable"]
Extent = Literal["one", "all"]
EVERYWHERE = "*"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault at an endpoint, for everyone or for one company."""

    kind: FaultKind
    value: int = 0  # the ErrorCode or the HTTP status, depending on the kind
    word: str = ""  # the OAuth error (RFC 6749, 5.2), or the field that the answer lacks
    endpoints: tuple[str, ...] = (EVERYWHERE,)
    company: str | None = None  # a company's key; None: everyone
    times: int | None = None  # the number of occurrences; None: until it is removed

    def __post_init__(self) -> None:
        """Refuse an unknown kind."""
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"a fault is one of {', '.join(get_args(FaultKind))}")

    def concerns(self, endpoint: str, company: str | None) -> bool:
        """True if the fault applies to the request."""
        here = EVERYWHERE in self.endpoints or endpoint in self.endpoints
        return here and self.company in (None, company) and self.times != 0


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """The settings of the behaviour; defaults are what Visma documents, or what is most likely."""

    rotation: Rotation = "rotating"
    reuse_ends_family: bool = True  # RFC 9700: reuse of a rotated refresh token ends the grant
    revocation: Extent = "one"  # all: a revocation ends all grants of the user
    access_tokens_outlive_grant: bool = False  # true: like self-contained access tokens
    code_lifetime: int = 300
    access_token_lifetime: int = 3600
    issuer_parameter: bool = True
    api_latency_ms: int = 0
    token_latency_ms: int = 0
    file_latency_ms: int = 0
    slow_seconds: float = 30.0
    temporary_url_lifetime: int = 60
    range_support: bool = True
    rate_limit: int = 600
    refuse_number_filter: bool = False
    refuse_label_filter: bool = False  # also NumberAndNumberSeries
    refuse_filters: bool = (
        False  # all filters on all lists, since none is documented for every list
    )
    ignore_filters: bool = False  # as a server does with an unknown parameter
    refuse_order: bool = False
    refusal: int = 6000  # the ErrorCode of these refusals
    refuse_large_pages: bool = False  # larger pages than the default; the maximum is not documented
    null_attachments: bool = (
        False  # null instead of absent: observed in practice, not in the schema
    )
    left_out_numbers: tuple[int, ...] = ()  # of the large books' vouchers: gaps in their series
    clock_offset: int = 0  # seconds added to the clock, to avoid waiting
    faults: tuple[Fault, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse values that would otherwise silently mean the other choice."""
        if self.rotation not in get_args(Rotation) or self.revocation not in get_args(Extent):
            raise ValueError("rotation is rotating or reusable, revocation is one or all")

    def changed(self, changes: dict[str, Any]) -> "Behaviour":
        """A copy with the changes; raises ValueError for an unknown name or a wrong type."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        for name, value in changes.items():
            _demand_same_type(name, value, known)
        if "faults" in changes:
            changes = {**changes, "faults": tuple(_fault(each) for each in changes["faults"])}
        if "left_out_numbers" in changes:
            changes = {**changes, "left_out_numbers": tuple(changes["left_out_numbers"])}
        return replace(self, **changes)


def _demand_same_type(name: str, value: object, known: dict[str, Any]) -> None:
    if name not in known:
        raise ValueError(f"unknown setting: {name}")
    expected = type(known[name])
    if expected is tuple:
        expected = list
    if expected is float and isinstance(value, int):
        return
    if type(value) is not expected:
        raise ValueError(f"{name} must be of type {expected.__name__}")


def _fault(description: dict[str, Any]) -> Fault:
    try:
        fault = Fault(**description)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return replace(fault, endpoints=tuple(fault.endpoints))
