"""A journey through log-in, choice of company and consent, in the order that Visma documents."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from wizard.sandbox.cast import companies
from wizard.sandbox.cast.people import Person, Quirk

EACCOUNTING_SERVICE = "service:44643eb1-3f76-4c1c-a672-402ae8085934"
FORCE_COMPANY = "forceselectcompany:true"
MOST_JOURNEYS = 10_000


class Step(Enum):
    """The page that comes next."""

    LOGIN = "login"
    COMPANY = "company"
    NO_COMPANY = "no_company"
    CONSENT = "consent"


@dataclass
class Journey:
    """An authorization request in progress, while the person goes through the pages."""

    query: str  # the original query string, so that consent answers this request
    prompts: frozenset[str]
    acr_values: frozenset[str]
    scopes: tuple[str, ...] = ()
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    person: str | None = None
    company: str | None = None
    result: str | None = None  # the redirect URL, once known

    @classmethod
    def begin(cls, query: str, values: Mapping[str, str]) -> "Journey":
        """A new journey from the parameters of the request, lists separated by spaces."""
        return cls(
            query,
            frozenset(values.get("prompt", "").split()),
            frozenset(values.get("acr_values", "").lower().split()),
            tuple(values.get("scope", "").split()),
        )

    def switch_to(self, person: Person) -> None:
        """Continue as this person, and forget the earlier choice."""
        if self.result is None:
            self.person, self.company = person.name, None

    @property
    def demands_login(self) -> bool:
        """True if the request requires a new log-in."""
        return "login" in self.prompts

    @property
    def demands_chooser(self) -> bool:
        """True if the request ignores the person's standardföretag."""
        forced = FORCE_COMPANY in self.acr_values and "login" in self.prompts
        return "select_account" in self.prompts or forced

    def choices(self, person: Person) -> list[companies.Company]:
        """The companies that the person can choose."""
        allowed = [companies.BY_KEY[key] for key in person.companies]
        if EACCOUNTING_SERVICE in self.acr_values:
            return [company for company in allowed if company.has_eaccounting]
        return allowed

    def choose_silently(self, person: Person, default: str | None) -> str | None:
        """The company that is chosen without asking: the only one, or the standardföretag; else None."""
        choices = [company.key for company in self.choices(person)]
        if len(choices) == 1:
            return choices[0]
        ask = self.demands_chooser and person.quirk is not Quirk.SKIPS_CHOOSER
        return default if default in choices and not ask else None

    def next_step(self, person: Person | None, default: str | None) -> Step:
        """The next page; also sets the company if it is chosen without asking."""
        if person is None:
            return Step.LOGIN
        if not self.choices(person):
            return Step.NO_COMPANY
        self.company = self.company or self.choose_silently(person, default)
        return Step.CONSENT if self.company else Step.COMPANY


class Journeys:
    """The journeys in progress. Not thread-safe, but each journey belongs to one browser."""

    def __init__(self) -> None:
        self._journeys: dict[str, Journey] = {}

    def add(self, journey: Journey) -> None:
        """Store a journey; the oldest are deleted when there are very many."""
        while len(self._journeys) >= MOST_JOURNEYS:
            self._journeys.pop(next(iter(self._journeys)), None)
        self._journeys[journey.id] = journey

    def find(self, journey_id: str) -> Journey | None:
        """The journey with an id; None if unknown."""
        return self._journeys.get(journey_id)
