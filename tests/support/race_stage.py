"""The same press sent many times at once to a running server, and what it left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from threading import Barrier
from typing import Any

import requests
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from stdnum import luhn

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.receiver import Receiver
from tests.support.standin import StandIn
from tests.support.traveller import HER_NUMBER, HERS, Traveller, address, invite
from wizard.models import Base, Company, KeyPurpose, User
from wizard.services.invitations import lifecycle
from wizard.services.invitations.lifecycle import Link

# What counts tries and paces, and the presses themselves.
PASSING = {
    "presses",
    "metric_samples",
    "rate_counts",
    "call_permits",
    "paces",
    "standing_marks",
    "standing_counts",
}
COUNTS = select(
    *(
        select(func.count()).select_from(table).scalar_subquery().label(table.name)
        for table in Base.metadata.sorted_tables
        if table.name not in PASSING
    )
)
SECONDS = 60
_numbers = count(1)


@dataclass(frozen=True)
class Pressing:
    """A form as a browser sends it, or a request of the platform's."""

    path: str
    form: list[tuple[str, str]] = field(default_factory=list)
    cookie: str = ""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    json: object = None


@dataclass(frozen=True)
class Race:
    """What some presses at once were answered, and how many rows of each table they made."""

    answers: list[requests.Response]
    made: dict[str, int]

    @property
    def led_to(self) -> set[tuple[int, str, str]]:
        """The different answers."""
        return {
            (one.status_code, one.headers.get("Location", ""), one.text) for one in self.answers
        }


@dataclass
class Stage:
    """An application, and the running server on the same database that presses go to."""

    app: Flask
    url: str
    visma: StandIn
    session: Session
    cast: Cast
    receiver: Receiver

    def press(self, pressing: Pressing, times: int) -> Race:
        """Send it so many times at once."""
        before, barrier = self._counts(), Barrier(times)

        def once(_number: int) -> requests.Response:
            barrier.wait(SECONDS)
            return self._send(pressing)

        with ThreadPoolExecutor(times) as threads:
            answers = list(threads.map(once, range(times)))
        after = self._counts()
        made = {name: after[name] - before[name] for name in after if after[name] != before[name]}
        return Race(answers, made)

    def browser(self, user: User | None = None) -> Browser:
        """A browser, signed in if a user is given."""
        return Browser.open(self.app, user)

    def company(self) -> Company:
        """A new company of the cast's firm."""
        body = f"559{next(_numbers):06}"
        company = Company(
            firm_id=self.cast.firm.id,
            name="Ängsbageriet AB",
            organisation_number=body + luhn.calc_check_digit(body),
        )
        self.session.add(company)
        self.session.commit()
        return company

    def link(self, company: Company | None = None) -> Link:
        """A link to a new invitation, made by the cast's owner."""
        return lifecycle.activate(
            self.session, company or self.company(), "visma", self.cast.owner, KeyPurpose.COPIED
        )

    def approver(self) -> Traveller:
        """An approver of a firm of her own, at the last step."""
        link = invite(self.app, HERS, HER_NUMBER, firm=f"Byrån {next(_numbers)} AB")
        return Traveller.with_link(self.app, self.visma, address(link))

    def form(self, browser: Browser, page: Page, action: str, **filled: str) -> Pressing:
        """The form with this action on a page, as its button sends it."""
        assert page.tree is not None
        for form in page.tree.iter("form"):
            if form.get("action", "") == action and form.get("method") == "post":
                sent = {
                    each.get("name", ""): each.get("value", "")
                    for each in form.iter("input")
                    if each.get("type") not in {"radio", "checkbox", "file", "submit"}
                    or each.get("checked") is not None
                }
                assert "press" in sent, action
                return Pressing(action, [*{**sent, **filled}.items()], cookie_of(browser))
        raise AssertionError(f"no form to {action!r} among {page.actions}")

    def _send(self, pressing: Pressing) -> requests.Response:
        options: dict[str, Any] = {"data": pressing.form, "files": pressing.files or None}
        if pressing.json is not None:
            options = {"json": pressing.json}
        headers = {**pressing.headers}
        if pressing.cookie:
            headers["Cookie"] = f"session={pressing.cookie}"
        return requests.post(
            self.url + pressing.path,
            headers=headers,
            allow_redirects=False,
            timeout=SECONDS,
            **options,
        )

    def _counts(self) -> dict[str, int]:
        self.session.rollback()
        row = self.session.execute(COUNTS).mappings().one()
        counted = {name: int(number) for name, number in row.items()}
        return {**counted, "posted": len(self.receiver.requests)}


Scene = Callable[[Stage], Pressing]


def cookie_of(browser: Browser) -> str:
    """The session that this browser holds."""
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    return str(cookie.value)
