"""How many there are, as /metrics tells it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.broken import connect, need_renewal
from tests.support.cast import Cast
from wizard.models import (
    CallPermit,
    InvitationStatus,
    KeyPurpose,
    LetterKind,
    Outage,
    OutageKind,
    Standing,
    now,
)
from wizard.services import outbox
from wizard.services.invitations import lifecycle
from wizard.services.upkeep import census


def test_an_empty_installation_has_nought_of_everything(session: Session) -> None:
    found = census.count(session)
    assert not any((found.connections, found.invitations, found.permits, found.outages))
    assert (found.letters_due, found.webhooks_waiting, found.receivers) == (0, 0, {})


def test_each_is_counted_by_what_tells_it_apart(session: Session, cast: Cast) -> None:
    lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    connect(session, cast.firm, cast.owner, 1)
    need_renewal(session, connect(session, cast.firm, cast.owner, 2))
    outbox.post_to_operator(session, LetterKind.OUTAGE, "drift@example.se", topic="x")
    session.add(Outage(provider="visma", kind=OutageKind.SILENT, began_at=now(), affected=3))
    session.add_all(
        CallPermit(provider="visma", endpoint="vouchers", number=number, free_at=now())
        for number in (1, 2, 3)
    )
    session.add(CallPermit(provider="visma", endpoint="vouchers/abc", number=0, free_at=now()))
    session.commit()

    found = census.count(session)

    assert found.connections == {("visma", "active"): 1, ("visma", "renewal_needed"): 1}
    assert found.invitations[InvitationStatus.CREATED.value] >= 1
    assert found.letters_due == 1
    stands = session.execute(
        select(Standing.whose, Standing.reason, func.count()).group_by(
            Standing.whose, Standing.reason
        )
    ).all()
    assert stands
    assert {move: number for move, number in found.moves.items() if number} == {
        (whose.value, reason.value): number for whose, reason, number in stands
    }
    assert found.outages == {("visma", "silent")}
    assert found.permits == found.permits_free == {("visma", "vouchers"): 3}
