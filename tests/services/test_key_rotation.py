"""Every secret moves to the newest key, while connections are refreshed, killed or not."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from tests.grants import connect_many
from tests.standin import StandIn
from tests.traveller import Traveller, connections, trips
from wizard.models import Connection
from wizard.providers.visma import Visma
from wizard.services import key_rotation
from wizard.services.key_rotation import Rotation, rotate, status
from wizard.services.tokens import access_token
from wizard.services.vault import Vault
from wizard.services.workshop import Workshop

SECONDS = 20.0
NEW = {"t2": os.urandom(32)}
OLD = {"t1": b"0123456789abcdef0123456789abcdef"}
NEWEST_LAST, NEWEST_FIRST = Vault({**OLD, **NEW}), Vault({**NEW, **OLD})


def run(app: Flask, word: str) -> Result:
    return app.test_cli_runner().invoke(args=["keys", word])


def test_every_secret_moves_to_the_newest_key_once(
    workshop: Workshop, visma_app: Flask, visma: StandIn, approver: Traveller, database: Session
) -> None:
    approver.go_straight().depart()  # a trip under way has a secret too
    ids = connect_many(visma_app, visma, 3)
    before = access_token(workshop, ids[0], SECONDS)
    assert status(database) == {"t1": 7}
    assert rotate(workshop.sessions, NEWEST_FIRST) == Rotation(7, {})
    assert rotate(workshop.sessions, NEWEST_FIRST) == Rotation(0, {})
    alone = replace(workshop, vault=Vault(NEW))
    assert access_token(alone, ids[0], SECONDS) == before
    verifier = trips(database)[0].code_verifier
    assert verifier
    assert Vault(NEW).open(verifier, trips(database)[0], "code_verifier")


def test_a_rotation_that_was_killed_goes_on_where_it_was(
    workshop: Workshop, visma_app: Flask, visma: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_many(visma_app, visma, 3)
    monkeypatch.setattr(key_rotation, "BATCH", 1)
    sealed = []

    class Dying(Vault):
        def seal(self, *given: object) -> str:
            sealed.append(given)
            if len(sealed) > 3:
                raise KeyboardInterrupt
            return super().seal(*given)  # type: ignore[arg-type]

    with pytest.raises(KeyboardInterrupt):
        rotate(workshop.sessions, Dying({**NEW, **OLD}))
    assert rotate(workshop.sessions, NEWEST_FIRST) == Rotation(4, {})


def test_what_no_key_opens_is_left_and_told(
    workshop: Workshop, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect_many(visma_app, visma, 2)
    damaged = connections(database)[0]
    damaged.refresh_token = "t1.AAAA"
    damaged.access_token = "gone.AAAA"
    database.commit()
    assert rotate(workshop.sessions, NEWEST_FIRST) == Rotation(2, {"t1": 1, "gone": 1})


def test_rows_that_somebody_holds_are_not_waited_for(
    workshop: Workshop, visma_app: Flask, visma: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = connect_many(visma_app, visma, 3)[1]
    monkeypatch.setattr(key_rotation, "MOST_LOOKS", 2)
    with workshop.sessions() as session:
        session.get_one(Connection, held, with_for_update=True)
        assert rotate(workshop.sessions, NEWEST_FIRST) == Rotation(4, {"t1": 2})
    assert rotate(workshop.sessions, NEWEST_FIRST) == Rotation(2, {})


def test_nothing_is_lost_while_connections_are_refreshed(
    workshop: Workshop, visma_app: Flask, visma: StandIn
) -> None:
    ids = connect_many(visma_app, visma, 12)
    visma.configure(token_latency_ms=20)
    machines = [replace(workshop, vault=vault) for vault in (NEWEST_LAST, NEWEST_FIRST)]

    def refresh(number: int) -> None:
        machine, connection_id = machines[number % 2], ids[number % len(ids)]
        old = access_token(machine, connection_id, SECONDS)
        access_token(machine, connection_id, SECONDS, refused=old)

    with ThreadPoolExecutor(8) as pool:
        refreshing = [pool.submit(refresh, number) for number in range(72)]
        while not all(one.done() for one in refreshing):
            rotate(workshop.sessions, NEWEST_FIRST)
        for one in refreshing:
            one.result()
    assert rotate(workshop.sessions, NEWEST_FIRST).left == {}
    assert "refresh_token_reuse" not in visma.counters()
    last = replace(workshop, vault=Vault(NEW))
    assert isinstance(last.provider, Visma)
    for connection_id in ids:
        old = access_token(last, connection_id, SECONDS)
        last.provider.company(access_token(last, connection_id, SECONDS, refused=old), timeout=5.0)


def test_the_command_says_whether_the_old_key_is_needed(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect_many(visma_app, visma, 2)
    assert run(visma_app, "status").output == "t1: 4 (den som förseglar)\n"
    visma_app.extensions["vault"] = NEWEST_FIRST
    assert run(visma_app, "status").output == "t1: 4\nt2: 0 (den som förseglar)\n"
    done = run(visma_app, "rotate")
    assert done.exit_code == 0
    assert "Förseglade om 4 hemligheter under t2." in done.output
    assert "kan äldre nycklar tas bort" in done.output
    connections(database)[0].refresh_token = "t1.AAAA"
    database.commit()
    damaged = run(visma_app, "rotate")
    assert damaged.exit_code == 1
    assert "Kvar: 1 under t1." in damaged.output
    visma_app.extensions["vault"] = Vault(NEW)
    assert "1 är under t1, som saknas" in run(visma_app, "rotate").output
    assert "t1: 1 (saknas i WIZARD_TOKEN_KEYS)" in run(visma_app, "status").output
