"""The figures of the first page are those of the rows."""

from datetime import timedelta

import time_machine
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import Cast
from wizard.models import KeyPurpose, MoveReason, Outage, OutageKind, Whose, now
from wizard.services.desk.counts import Flow
from wizard.services.desk.overview import overview
from wizard.services.invitations import lifecycle


def test_the_morning_after_is_counted_by_whose_move_it_is(session: Session, cast: Cast) -> None:
    with time_machine.travel(now() - timedelta(days=10), tick=True):
        made = [broken.connect(session, cast.firm, cast.owner, number) for number in range(12)]
        lifecycle.activate(session, cast.other_company, "visma", cast.stranger, KeyPurpose.COPIED)
    with time_machine.travel(now() - timedelta(hours=2), tick=True):
        broken.disturb(session, *made[:5])
        broken.need_renewal(session, *made[5:8])
        broken.disturb(session, made[8], cause="our_configuration")
    broken.recover(session, *made[:2])
    found = overview(session)
    assert {side.whose: (side.number, len(side.reasons)) for side in found.sides} == {
        Whose.WE: (1, 1),
        Whose.FIRM: (4, 2),  # cast.company was never invited
        Whose.APPROVER: (1, 1),
        Whose.PROVIDER: (3, 1),
    }
    assert found.flow == Flow(broke=9, mended=2)
    assert found.number(MoveReason.TO_BE_RENEWED) == 3
    oldest = {side.whose: side.oldest for side in found.sides}
    assert oldest[Whose.PROVIDER] == made[2].status_since
    (unfinished,) = found.unfinished
    assert (unfinished.company, unfinished.reason) == ("Främmande AB", MoveReason.WAITING)


def test_outages_are_those_that_go_on_and_those_of_yesterday(session: Session) -> None:
    for days, ended in ((5, 4), (1, 0.5), (30, None)):
        session.add(
            Outage(
                provider="visma",
                kind=OutageKind.SILENT,
                began_at=now() - timedelta(days=days),
                ended_at=now() - timedelta(days=ended) if ended else None,
                affected=days,
            )
        )
    session.commit()
    assert [one.affected for one in overview(session).outages] == [1, 30]
