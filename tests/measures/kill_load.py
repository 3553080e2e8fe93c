"""The load during kills: approvals, refreshes, reading and disconnections."""

import random
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import requests
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tests.support.cast import PASSWORD, make_user
from tests.support.standin import StandIn
from tests.support.traveller import HERS, address, invite
from wizard.models import Actor, Connection, ConnectionStatus, Firm, Role, now
from wizard.services.concurrency.queue import enqueue
from wizard.services.connections import disconnection

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PATIENCE = 15.0


@dataclass
class Load:
    """People and background work, each on a thread, until stopped."""

    app: Flask
    visma: StandIn
    url: str
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    _over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def begin(self, connection_ids: list[int]) -> None:
        """Start; members of the firms read these connections."""
        readers = [self.reader(connection_id) for connection_id in connection_ids[::2]]
        works = [self._approve, self._approve, self._make_due, self._end, *readers]
        self._threads = [Thread(target=self._go_on, args=(work,)) for work in works]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop after the current actions."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, work: Callable[[], str]) -> None:
        while not self._over.is_set():
            # An interrupted approver cannot continue: the next one starts from the beginning.
            with suppress(requests.RequestException, IndexError, KeyError, ValueError):
                self.done[work()] += 1
            self._over.wait(self.dice.uniform(0, 0.1))

    def _approve(self) -> str:
        firm = f"Byrå {self.dice.randrange(10**9)} AB"
        link = invite(self.app, firm=firm)
        with requests.Session() as browser:
            page = browser.get(self.url + address(link), timeout=PATIENCE)
            at = page.url.rpartition("/")[0]
            form = {"csrf_token": _token(page), "go": "express"}
            browser.post(f"{at}/valkommen", form, timeout=PATIENCE)
            way = browser.get(f"{at}/till-inloggning", allow_redirects=False, timeout=PATIENCE)
            back = self.visma.approve(way.headers["Location"], "Vera Välja", HERS)
            query = back.partition("?")[2]
            browser.get(f"{self.url}/visma/callback?{query}", timeout=PATIENCE)
        return "approved"

    def reader(self, connection_id: int) -> Callable[[], str]:
        """A member who reads vouchers with an access token that has just expired."""
        with self.app.extensions["sessions"].begin() as session:
            connection = session.get_one(
                Connection, connection_id, options=[joinedload(Connection.company)]
            )
            reader = make_user("Olga Ek", Role.MEMBER, session.get_one(Firm, connection.firm_id))
            reader.email = f"olga{connection_id}@example.com"
            session.add(reader)
            email, place = reader.email, connection.company.public_id
        browser = requests.Session()

        def read() -> str:
            page = browser.get(f"{self.url}/logga-in", timeout=PATIENCE)
            if "/logga-in" in page.url:
                form = {"csrf_token": _token(page), "email": email, "password": PASSWORD}
                browser.post(page.url, form, timeout=PATIENCE)
            self._age(connection_id)
            browser.get(f"{self.url}/foretag/{place}/verifikat", timeout=PATIENCE)
            return "read"

        return read

    def _make_due(self) -> str:
        """Make one connection due for refresh, and run the worker's round."""
        with self.app.extensions["sessions"].begin() as session:
            chosen = self._living(session)
            if chosen and chosen.grant:
                chosen.grant.next_refresh_at = now()
            enqueue(session, "refresh_connections", timestamp=0)
        self._over.wait(0.3)
        return "made due"

    def _end(self) -> str:
        self._over.wait(0.5)
        with self.app.extensions["sessions"]() as session:
            chosen = self._living(session, keep=12)
            if chosen is None:
                return "too few to end"
            disconnection.disconnect(session, chosen, actor=Actor.SYSTEM)
        return "ended"

    def _living(self, session: Session, keep: int = 0) -> Connection | None:
        found = session.scalars(
            select(Connection)
            .where(Connection.status == ConnectionStatus.ACTIVE)
            .order_by(Connection.id)
            .offset(keep)
        ).all()
        return self.dice.choice(found) if found else None

    def _age(self, connection_id: int) -> None:
        with self.app.extensions["sessions"].begin() as session:
            connection = session.get_one(Connection, connection_id, with_for_update=True)
            if connection.is_living and connection.grant:
                connection.grant.access_expires_at = now()


def _token(page: requests.Response) -> str:
    found = TOKEN.search(page.text)
    if found is None:
        raise ValueError(page.url)
    return found[1]
