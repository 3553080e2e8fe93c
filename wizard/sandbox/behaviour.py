"""How the stand-in behaves right now: everything a test or a rehearsal may change while it runs."""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

FaultKind = Literal["error_code", "status", "html", "close", "slow"]
Rotation = Literal["rotating", "reusable"]
Extent = Literal["one", "all"]
EVERYWHERE = "*"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong at an endpoint, for everyone or for one company."""

    kind: FaultKind
    value: int = 0  # the ErrorCode or the HTTP status, by kind
    endpoints: tuple[str, ...] = (EVERYWHERE,)
    company: str | None = None  # key of a company; None is everyone
    times: int | None = None  # how many times before it heals; None is until it is taken away

    def __post_init__(self) -> None:
        """Refuse a kind nobody knows."""
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"a fault is one of {', '.join(get_args(FaultKind))}")

    def concerns(self, endpoint: str, company: str | None) -> bool:
        """Whether it strikes this request."""
        here = EVERYWHERE in self.endpoints or endpoint in self.endpoints
        return here and self.company in (None, company) and self.times != 0


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """The switches, with what Visma documents (or what is most like it) as defaults."""

    rotation: Rotation = "rotating"
    reuse_ends_family: bool = True  # RFC 9700: a used refresh token coming back ends the grant
    revocation: Extent = "one"  # all: one revocation ends all grants of the user
    access_tokens_outlive_grant: bool = False  # true is how self-contained access tokens behave
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
    refuse_label_filter: bool = False  # NumberAndNumberSeries too
    refuse_filters: bool = False  # any filter, on any list: none is documented for them all
    ignore_filters: bool = False  # as a server does with a parameter that it does not know
    refuse_order: bool = False
    refusal: int = 6000  # the ErrorCode with which these are refused
    refuse_large_pages: bool = False  # more rows than a page has unasked: the most is not known
    null_attachments: bool = False  # null instead of absent: seen in the wild, not in the schema
    clock_offset: int = 0  # seconds added to the clock, so that nothing has to be waited for
    faults: tuple[Fault, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse words that would otherwise be taken silently for the other choice."""
        if self.rotation not in get_args(Rotation) or self.revocation not in get_args(Extent):
            raise ValueError("rotation is rotating or reusable, revocation is one or all")

    def changed(self, changes: dict[str, Any]) -> "Behaviour":
        """A copy with the changes; an unknown name or a wrong type is a ValueError."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        for name, value in changes.items():
            _demand_same_type(name, value, known)
        if "faults" in changes:
            changes = {**changes, "faults": tuple(_fault(each) for each in changes["faults"])}
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
