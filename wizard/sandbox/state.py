"""The stand-in's complete state, for use by many threads."""

import json
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wizard.sandbox.behaviour import Behaviour
from wizard.sandbox.cast import companies, people
from wizard.sandbox.files.addresses import TemporaryAddresses
from wizard.sandbox.grants import GrantBook
from wizard.sandbox.identity.journey import Journeys
from wizard.sandbox.quota import Quota
from wizard.sandbox.settings import Settings

MOST_TOKENS = 50_000
MODULE_OFF, INACTIVE = 4002, 4004


@dataclass
class Changes:
    """Changes at Visma relative to the defined cast."""

    default_companies: dict[str, str | None] = field(default_factory=dict)  # person → company
    permissions: dict[str, str] = field(default_factory=dict)  # person → Permission name
    inactive_people: list[str] = field(default_factory=list)
    removed_people: list[str] = field(default_factory=list)
    company_status: dict[str, int] = field(default_factory=dict)
    modules_off: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)  # companies whose own fault has been put right
    numbers: dict[str, str] = field(default_factory=dict)  # company → organisation number


class State:
    """The state in memory. Hold `lock` for operations that must be atomic."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self._forget_all()
        if settings.state_file and settings.state_file.exists():
            self._load(settings.state_file)

    def _forget_all(self) -> None:
        self.behaviour = Behaviour().changed(
            {"rotation": self.settings.rotation, "revocation": self.settings.revocation}
        )
        self.book = GrantBook()
        self.changes = Changes()
        self.journeys = Journeys()
        self.addresses = TemporaryAddresses()
        self.quota = Quota()
        self.counters: Counter[str] = Counter()
        self.unexpected: list[str] = []  # calls that a client which only reads never makes

    def reset(self) -> None:
        """Reset to the state of the first start."""
        with self.lock:
            self._forget_all()
            self.save()

    def now(self) -> float:
        """Seconds since 1970, plus the clock offset that a test has set."""
        return time.time() + self.behaviour.clock_offset

    def count(self, name: str) -> None:
        """Add one to a counter."""
        with self.lock:
            self.counters[name] += 1

    def default_company(self, person: people.Person) -> str | None:
        """The person's standardföretag, if any."""
        return self.changes.default_companies.get(person.name, person.default_company)

    def set_default_company(self, person: people.Person, company: str | None) -> None:
        """Set or remove (None) the person's standardföretag."""
        with self.lock:
            self.changes.default_companies[person.name] = company
            self.save()

    def permission(self, person: people.Person) -> people.Permission:
        """The person's Programbehörighet."""
        changed = self.changes.permissions.get(person.name)
        return people.Permission[changed] if changed else person.permission

    def is_active(self, person: people.Person) -> bool:
        """True if the person is an active user."""
        return person.is_active and person.name not in self.changes.inactive_people

    def status(self, company: companies.Company) -> int:
        """The company's CompanyStatus."""
        return self.changes.company_status.get(company.key, int(company.status))

    def number(self, company: companies.Company) -> str | None:
        """The company's organisation number, in the format in which it was entered."""
        return self.changes.numbers.get(company.key, company.number)

    def trouble(self, company: companies.Company) -> int | None:
        """The ErrorCode of what somebody at the company can put right, in the program itself."""
        if company.key in self.changes.modules_off:
            return MODULE_OFF
        if self.status(company) == companies.Status.INACTIVE:
            return INACTIVE
        return None if company.key in self.changes.mended else company.trouble

    def mend(self, company: companies.Company) -> None:
        """Put the company's trouble right."""
        with self.lock:
            self.changes.mended.append(company.key)
            self.changes.company_status[company.key] = int(companies.Status.ACTIVE)
            self.changes.modules_off = [
                key for key in self.changes.modules_off if key != company.key
            ]
            self.save()

    def spend_fault(self, endpoint: str, company: str | None) -> Any:
        """The first fault that applies; a limited one is counted down."""
        with self.lock:
            for position, fault in enumerate(self.behaviour.faults):
                if fault.concerns(endpoint, company):
                    self._count_down(position)
                    return fault
        return None

    def _count_down(self, position: int) -> None:
        faults = list(self.behaviour.faults)
        times = faults[position].times
        if times is not None:
            faults[position] = replace(faults[position], times=times - 1)
            self.behaviour = replace(self.behaviour, faults=tuple(faults))

    def save(self) -> None:
        """Write grants and changes to the state file, atomically."""
        path = self.settings.state_file
        with self.lock:
            if path is None:
                if len(self.book.access_tokens) > MOST_TOKENS:
                    self.book.forget_expired(self.now())
                return
            self.book.forget_expired(self.now())
            content = json.dumps({"book": self.book.dump(), "changes": vars(self.changes)})
            unfinished = path.with_name(f"{path.name}.new")
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content)
            unfinished.replace(path)

    def _load(self, path: Path) -> None:
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            book, changes = GrantBook(), Changes(**saved["changes"])
            book.load(saved["book"])
        except (ValueError, KeyError, TypeError):
            print(f"{path.name} gick inte att läsa. Övningen börjar om.", file=sys.stderr)  # noqa: T201
        else:
            self.book, self.changes = book, changes
