"""What needs somebody first: an outage before our faults, those before what waits; and what a firm hears of it."""

import pytest
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import Cast
from wizard.models import Outage, OutageKind, now
from wizard.services.desk.needs import Need, NeedKind, first_need, first_need_of_firm
from wizard.services.desk.overview import outages, overview, sides


def _said(session: Session, firm_id: int) -> tuple[Need | None, Need | None]:
    hers = first_need_of_firm(sides(session, firm_id), outages(session))
    return first_need(overview(session)), hers


def test_where_nothing_is_wrong_a_firm_still_has_its_own_moves(
    session: Session, cast: Cast
) -> None:
    assert _said(session, cast.firm.id) == (None, Need(NeedKind.FIRM, 1))


def test_a_fault_of_ours_comes_before_what_waits(session: Session, cast: Cast) -> None:
    broken.disturb(
        session, broken.connect(session, cast.firm, cast.owner), cause="our_configuration"
    )
    ours = Need(NeedKind.OUR_FAULT, 1)
    assert _said(session, cast.firm.id) == (ours, ours)
    assert _said(session, cast.other_firm.id) == (ours, Need(NeedKind.FIRM, 1))


@pytest.mark.parametrize("kind", list(OutageKind))
def test_an_outage_comes_first_and_a_firm_hears_of_what_hits_it(
    session: Session, cast: Cast, kind: OutageKind
) -> None:
    broken.disturb(session, broken.connect(session, cast.firm, cast.owner))
    session.add(Outage(provider="visma", kind=kind, began_at=now(), affected=95))
    session.commit()
    all_of_us, hers = _said(session, cast.firm.id)
    assert all_of_us
    assert (all_of_us.kind, all_of_us.number) == (NeedKind(kind.value), 95)
    assert hers
    silent = kind is OutageKind.SILENT
    assert (hers.kind, hers.number) == (NeedKind.SILENT if silent else NeedKind.FIRM, 1)
    assert _said(session, cast.other_firm.id)[1] == Need(NeedKind.FIRM, 1)
