"""One trip through login, company and consent: which page comes next, as Visma documents it."""

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
    """An authorization request under way, kept here while the person walks through the pages."""

    query: str  # the request as it came, so that consent answers exactly that one
    prompts: frozenset[str]
    acr_values: frozenset[str]
    scopes: tuple[str, ...] = ()
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    person: str | None = None
    company: str | None = None
    result: str | None = None  # the callback address, once there is one

    @classmethod
    def begin(cls, query: str, values: Mapping[str, str]) -> "Journey":
        """A new trip from the parameters of the request, lists separated by spaces."""
        return cls(
            query,
            frozenset(values.get("prompt", "").split()),
            frozenset(values.get("acr_values", "").lower().split()),
            tuple(values.get("scope", "").split()),
        )

    def switch_to(self, person: Person) -> None:
        """Go on as this person, who chooses for herself."""
        if self.result is None:
            self.person, self.company = person.name, None

    @property
    def demands_login(self) -> bool:
        """Whether an earlier login in the browser does not count."""
        return "login" in self.prompts

    @property
    def demands_chooser(self) -> bool:
        """Whether the person's standardföretag is to be left out of account."""
        forced = FORCE_COMPANY in self.acr_values and "login" in self.prompts
        return "select_account" in self.prompts or forced

    def choices(self, person: Person) -> list[companies.Company]:
        """The companies the person may choose from."""
        hers = [companies.BY_KEY[key] for key in person.companies]
        if EACCOUNTING_SERVICE in self.acr_values:
            return [company for company in hers if company.has_eaccounting]
        return hers

    def choose_silently(self, person: Person, default: str | None) -> str | None:
        """The company that is taken without a question: the only one, or her standardföretag."""
        choices = [company.key for company in self.choices(person)]
        if len(choices) == 1:
            return choices[0]
        ask = self.demands_chooser and person.quirk is not Quirk.SKIPS_CHOOSER
        return default if default in choices and not ask else None

    def next_step(self, person: Person | None, default: str | None) -> Step:
        """Which page to show; fixes the company when it is taken without a question."""
        if person is None:
            return Step.LOGIN
        if not self.choices(person):
            return Step.NO_COMPANY
        self.company = self.company or self.choose_silently(person, default)
        return Step.CONSENT if self.company else Step.COMPANY


class Journeys:
    """The trips under way. Not thread-safe by itself, but each trip belongs to one browser."""

    def __init__(self) -> None:
        self._journeys: dict[str, Journey] = {}

    def add(self, journey: Journey) -> None:
        """Remember a trip; the oldest are forgotten when there are very many."""
        while len(self._journeys) >= MOST_JOURNEYS:
            self._journeys.pop(next(iter(self._journeys)), None)
        self._journeys[journey.id] = journey

    def find(self, journey_id: str) -> Journey | None:
        """The trip with an id."""
        return self._journeys.get(journey_id)
