"""A queue that is lost loses nothing, and a job whose worker was killed is put back or let go."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.support.grants import grant_of, grants_in, make_grants_due
from tests.support.mail_server import MailServer
from tests.support.standin import StandIn
from tests.support.traveller import (
    HERS,
    OURS,
    Traveller,
    address,
    authorizations,
    connections,
    invite,
)
from wizard.jobs.queue import queue
from wizard.jobs.worker import work
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Company,
    Connection,
    ConnectionStatus,
    GrantState,
    KeyPurpose,
    Letter,
    LetterStatus,
    now,
)
from wizard.services.concurrency.queue import enqueue
from wizard.services.connections import disconnection
from wizard.services.invitations.inviting import invite_to_renew

JOBS = "procrastinate.procrastinate_jobs"
OTHER = ("Annat Bolag AB", "5599001210")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server of its own."""
    with MailServer.start() as server:
        yield server


@pytest.fixture
def visma_app(make_app: Callable[..., Flask], visma: StandIn, mail_server: MailServer) -> Flask:
    """The application with the stand-in for its provider, and a mail server."""
    return make_app(
        **visma.settings,
        **mail_server.settings,
    )


def connect(app: Flask, visma: StandIn, *company: str) -> Traveller:
    """Somebody who has connected a company."""
    traveller = Traveller.with_link(app, visma, address(invite(app, *company)))
    traveller.go_straight().approve("Vera Välja", company[0] if company else HERS)
    return traveller


def test_a_lost_queue_loses_nothing(visma_app: Flask, visma: StandIn, database: Session) -> None:
    connect(visma_app, visma)
    connect(visma_app, visma, *OTHER)
    renewed, ended = connections(database)
    company = database.get_one(Company, renewed.company_id)
    link = invite_to_renew(database, company, None, KeyPurpose.COPIED)
    renewer = Traveller.with_link(visma_app, visma, address(link))
    renewer.post("valkommen", 303, go="start")
    renewer.approve("Elsa Ensam")
    disconnection.disconnect(database, ended)
    stranded = Traveller.with_link(visma_app, visma, address(invite(visma_app, *OTHER)))
    callback = visma.approve(stranded.go_straight().depart(), "Vera Välja", OTHER[0])
    stranded.browser.get(callback.removeprefix(OURS), 303)  # the code is stored, no more
    database.execute(text(f"delete from {JOBS}"))
    make_due(database)
    visma.clear_counters()
    for _ in range(2):  # what the sweeps find, and what comes of that
        go_round(visma_app)
    assert authorizations(database)[-1].status is AuthorizationStatus.SUCCEEDED
    found = {one.id: one for one in connections(database)}
    assert grant_of(database, found[ended.id]).revoked_at
    assert grants_in(database, GrantState.TO_BE_REVOKED) == []
    assert found[renewed.id].status is ConnectionStatus.ACTIVE
    assert visma.counters()["refreshed"]
    assert visma.counters()["revoked"] == 2
    letters = database.scalars(select(Letter)).all()
    assert letters
    assert {letter.status for letter in letters} == {LetterStatus.SENT}


def make_due(database: Session) -> None:
    """Let the time have come for everything."""
    database.execute(update(Connection).where(Connection.kept_alive).values(next_check_at=now()))
    make_grants_due(database)
    database.execute(update(Authorization).values(next_try_at=now()))
    database.commit()


def go_round(app: Flask) -> None:
    """Every periodic job once, as the clock would bring it."""
    queue.perform_import_paths()  # type: ignore[no-untyped-call]
    with app.extensions["sessions"].begin() as session:
        for task in {one.task.name for one in queue.periodic_registry.periodic_tasks.values()}:
            enqueue(session, task, timestamp=0)
    work(app, wait=False)


def test_a_stalled_job_goes_on_though_another_of_its_kind_waits(
    app: Flask, session: Session
) -> None:
    silent = (
        "insert into procrastinate.procrastinate_workers (last_heartbeat)"
        " values (now() - interval '1 hour') returning id"
    )
    worker_id = session.scalar(text(silent))
    for once in ("sweep_letters", "sweep_authorizations"):
        enqueue(session, once, once=once, timestamp=0)
        stalled = f"update {JOBS} set status = 'doing', worker_id = :worker where status = 'todo'"
        session.execute(text(stalled), {"worker": worker_id})
    enqueue(session, "sweep_letters", once="sweep_letters", timestamp=0)
    session.execute(text(f"update {JOBS} set scheduled_at = 'infinity' where status = 'todo'"))
    newest = session.scalar(text(f"select max(id) from {JOBS}"))
    enqueue(session, "retry_stalled", timestamp=0)
    session.commit()
    for _ in range(2):  # the first may stop as soon as it has put the job back
        work(app, wait=False)  # which may bring jobs of its own, when the clock says so
    ours = text(f"select task_name, status from {JOBS} where id <= :newest")
    left = session.execute(ours, {"newest": newest}).all()
    assert [tuple(one) for one in left] == [("sweep_letters", "todo")]
