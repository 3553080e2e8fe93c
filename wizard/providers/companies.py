"""A company and its approver, as a provider describes them."""

from dataclasses import dataclass
from enum import StrEnum


class CompanyState(StrEnum):
    """The state of the company at the provider."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    READ_ONLY = "read_only"


@dataclass(frozen=True)
class CompanySettings:
    """A company as the provider describes it.

    ``organisation_number`` is ten digits, or None when missing; ``country`` ISO 3166-1 alpha-2;
    ``has_bookkeeping`` is False for a product without bookkeeping, None if unknown.
    """

    name: str
    organisation_number: str | None
    country: str
    state: CompanyState
    has_bookkeeping: bool | None


@dataclass(frozen=True)
class Approver:
    """The person who approved, with whose rights the tokens act."""

    name: str
    email: str
    is_consultant: bool
    active: bool
