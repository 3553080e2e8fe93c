"""The one object that holds everything the stand-in remembers, safe for many threads."""

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


@dataclass
class Changes:
    """What has been changed at Visma since the cast was written down."""

    default_companies: dict[str, str | None] = field(default_factory=dict)  # person → company
    permissions: dict[str, str] = field(default_factory=dict)  # person → Permission name
    inactive_people: list[str] = field(default_factory=list)
    removed_people: list[str] = field(default_factory=list)
    company_status: dict[str, int] = field(default_factory=dict)
    modules_off: list[str] = field(default_factory=list)


class State:
    """Everything in memory. Take `lock` around what must not be interleaved."""

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

    def reset(self) -> None:
        """As it was at the very first start."""
        with self.lock:
            self._forget_all()
            self.save()

    def now(self) -> float:
        """Seconds since 1970, with the clock as far ahead as a test has put it."""
        return time.time() + self.behaviour.clock_offset

    def count(self, name: str) -> None:
        """Add one to a counter."""
        with self.lock:
            self.counters[name] += 1

    def default_company(self, person: people.Person) -> str | None:
        """Her standardföretag, if she has one."""
        return self.changes.default_companies.get(person.name, person.default_company)

    def set_default_company(self, person: people.Person, company: str | None) -> None:
        """Set her standardföretag, or remove it."""
        with self.lock:
            self.changes.default_companies[person.name] = company
            self.save()

    def permission(self, person: people.Person) -> people.Permission:
        """Her Programbehörighet."""
        changed = self.changes.permissions.get(person.name)
        return people.Permission[changed] if changed else person.permission

    def is_active(self, person: people.Person) -> bool:
        """Whether she counts as an active user."""
        return person.is_active and person.name not in self.changes.inactive_people

    def status(self, company: companies.Company) -> int:
        """The company's CompanyStatus."""
        return self.changes.company_status.get(company.key, int(company.status))

    def spend_fault(self, endpoint: str, company: str | None) -> Any:
        """The first fault that strikes here, counted down when it only lasts some times."""
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
        """Write grants and changes to the state file, whole or not at all."""
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
