"""Which broken connections are told of: each once, none that is an outage or our own fault."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.services.warnings.conftest import Pass
from tests.support.broken import become, check_again, connect, disturb, need_renewal, recover
from tests.support.cast import Cast
from tests.support.letters import check_letter
from tests.support.mail_server import MailServer, text_of
from wizard.models import Connection, ConnectionStatus, Outage, now
from wizard.services.warnings.incidents import untold

MINUTE = timedelta(minutes=1)


def test_a_new_incident_and_a_new_cause_are_warned_of_and_the_same_is_not(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    need_renewal(session, connection)
    passes(11 * MINUTE)
    session.expire_all()
    changed = session.get_one(Connection, connection.id)
    changed.cause, changed.untold = "approver_gone", True
    session.commit()
    passes(80 * MINUTE)
    recover(session, connection)
    with time_machine.travel(now() + timedelta(hours=30), tick=True):
        need_renewal(session, connection)
    passes(timedelta(hours=31))
    passes(timedelta(hours=50))
    assert len(mail_server.letters) == 3


def test_what_comes_and_goes_by_itself_is_told_once_a_day_unless_it_was_renewed(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    connection, start = connect(session, cast.firm, cast.owner), now()
    for hour in range(0, 48, 3):
        with time_machine.travel(start + timedelta(hours=hour), tick=True):
            need_renewal(session, connection)
        passes(timedelta(hours=hour, minutes=11))
        recover(session, connection)
    assert len(mail_server.letters) == 2
    with time_machine.travel(start + timedelta(hours=48), tick=True):
        session.get_one(Connection, connection.id).renewed_at = now()
        need_renewal(session, connection)
    passes(timedelta(hours=48, minutes=11))
    assert len(mail_server.letters) == 3


def test_one_company_out_of_reach_for_a_day_is_told_but_an_outage_is_not(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    alone = connect(session, cast.firm, cast.owner)
    disturb(session, alone)
    passes(timedelta(hours=23))
    assert mail_server.letters == []
    passes(timedelta(hours=25))
    (letter,) = mail_server.letters
    assert letter["Subject"] == "Vi kan inte läsa Bolag 000 AB just nu"
    assert "Förnya" not in text_of(letter)
    check_letter(letter, "sv")


def test_our_own_faults_are_not_the_firms_business(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    disturb(session, connect(session, cast.firm, cast.owner), cause="our_configuration")
    passes(timedelta(days=3))
    assert mail_server.letters == []


@pytest.mark.parametrize(
    "away", [(), ("bravo",), ("alfa", "charlie"), ("alfa", "bravo", "charlie")]
)
def test_an_outage_excludes_its_own_provider_alone(
    session: Session, cast: Cast, away: tuple[str, ...]
) -> None:
    providers = ("alfa", "bravo", "charlie", "delta")
    found = [connect(session, cast.firm, cast.owner, number) for number in range(len(providers))]
    for connection, provider in zip(found, providers, strict=True):
        connection.provider = provider
    session.add_all(Outage(provider=one, began_at=now(), affected=1) for one in away)
    session.add(Outage(provider="delta", began_at=now(), ended_at=now(), affected=1))
    two_days_ago = now() - timedelta(days=2)
    become(session, tuple(found), ConnectionStatus.DISTURBED, "visma_unavailable", two_days_ago)
    check_again(session)
    told = {incident.connection_id for incident, *_ in untold(session)}
    excluded = {one.id for one in found if one.provider in away}
    assert told == {one.id for one in found} - excluded
