"""Every secret moves to the newest key, while connections are refreshed, killed or not."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.grants import connect_many, grant_of
from tests.support.standin import StandIn
from tests.support.traveller import Traveller, authorizations, connections
from wizard.models import Connection, Grant
from wizard.providers.visma import Visma
from wizard.services.context import ProviderContext
from wizard.services.crypto import key_rotation
from wizard.services.crypto.key_rotation import Rotation, rotate, status
from wizard.services.crypto.vault import Vault
from wizard.services.grants.tokens import access_token

SECONDS = 20.0
NEW = {"t2": os.urandom(32)}
OLD = {"t1": b"0123456789abcdef0123456789abcdef"}
NEWEST_LAST, NEWEST_FIRST = Vault({**OLD, **NEW}), Vault({**NEW, **OLD})


def run(app: Flask, word: str) -> Result:
    return app.test_cli_runner().invoke(args=["keys", word])


def test_every_secret_moves_to_the_newest_key_once(
    context: ProviderContext,
    visma_app: Flask,
    visma: StandIn,
    approver: Traveller,
    database: Session,
) -> None:
    approver.go_straight().depart()  # an authorization under way has a secret too
    ids = connect_many(visma_app, visma, 3)
    before = access_token(context, ids[0], SECONDS)
    assert status(database) == {"t1": 7}
    assert rotate(context.sessions, NEWEST_FIRST) == Rotation(7, {})
    assert rotate(context.sessions, NEWEST_FIRST) == Rotation(0, {})
    alone = replace(context, vault=Vault(NEW))
    assert access_token(alone, ids[0], SECONDS) == before
    verifier = authorizations(database)[0].code_verifier
    assert verifier
    assert Vault(NEW).open(verifier, authorizations(database)[0], "code_verifier")


def test_a_rotation_that_was_killed_goes_on_where_it_was(
    context: ProviderContext, visma_app: Flask, visma: StandIn, monkeypatch: pytest.MonkeyPatch
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
        rotate(context.sessions, Dying({**NEW, **OLD}))
    assert rotate(context.sessions, NEWEST_FIRST) == Rotation(4, {})


def test_what_no_key_opens_is_left_and_told(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect_many(visma_app, visma, 2)
    damaged = grant_of(database, connections(database)[0])
    damaged.refresh_token = "t1.AAAA"
    damaged.access_token = "gone.AAAA"
    database.commit()
    assert rotate(context.sessions, NEWEST_FIRST) == Rotation(2, {"t1": 1, "gone": 1})


def test_rows_that_somebody_holds_are_not_waited_for(
    context: ProviderContext, visma_app: Flask, visma: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = connect_many(visma_app, visma, 3)[1]
    monkeypatch.setattr(key_rotation, "MOST_LOOKS", 2)
    with context.sessions() as session:
        grant_id = session.get_one(Connection, held).grant_id
        session.get_one(Grant, grant_id, with_for_update=True)
        assert rotate(context.sessions, NEWEST_FIRST) == Rotation(4, {"t1": 2})
    assert rotate(context.sessions, NEWEST_FIRST) == Rotation(2, {})


def test_nothing_is_lost_while_connections_are_refreshed(
    context: ProviderContext, visma_app: Flask, visma: StandIn
) -> None:
    ids = connect_many(visma_app, visma, 12)
    visma.configure(token_latency_ms=20)
    machines = [replace(context, vault=vault) for vault in (NEWEST_LAST, NEWEST_FIRST)]

    def refresh(number: int) -> None:
        machine, connection_id = machines[number % 2], ids[number % len(ids)]
        old = access_token(machine, connection_id, SECONDS)
        access_token(machine, connection_id, SECONDS, refused=old)

    with ThreadPoolExecutor(8) as pool:
        refreshing = [pool.submit(refresh, number) for number in range(72)]
        while not all(one.done() for one in refreshing):
            rotate(context.sessions, NEWEST_FIRST)
        for one in refreshing:
            one.result()
    assert rotate(context.sessions, NEWEST_FIRST).left == {}
    assert "refresh_token_reuse" not in visma.counters()
    last = replace(context, vault=Vault(NEW))
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
    grant_of(database, connections(database)[0]).refresh_token = "t1.AAAA"
    database.commit()
    damaged = run(visma_app, "rotate")
    assert damaged.exit_code == 1
    assert "Kvar: 1 under t1." in damaged.output
    assert "tas bort" not in damaged.output


def test_a_key_that_is_missing_is_to_be_put_back_and_none_removed(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect_many(visma_app, visma, 3)
    grant_of(database, connections(database)[0]).refresh_token = "k0.AAAA"
    database.commit()
    for ring, missing in (
        (Vault(NEW), "k0 och t1"),
        (NEWEST_FIRST, "k0"),  # what t1 holds is sealed anew, and the sentence still not said
        (Vault(OLD), "k0 och t2"),
    ):
        visma_app.extensions["vault"] = ring
        for word in ("status", "rotate", "status"):
            done = run(visma_app, word)
            assert (done.exit_code, f"Lägg tillbaka {missing} i" in done.output) == (1, True), word
            assert "tas bort" not in done.output
    visma_app.extensions["vault"] = NEWEST_FIRST
    grant_of(database, connections(database)[0]).refresh_token = None
    database.commit()
    assert run(visma_app, "status").exit_code == 0
    assert "kan äldre nycklar tas bort" in run(visma_app, "rotate").output
