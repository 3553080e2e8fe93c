"""Figures that several processes keep: added up where all count together, summed while processes live."""

from datetime import timedelta

import time_machine
from sqlalchemy.orm import Session

from wizard.models import MetricSample, now
from wizard.services.upkeep import measurements
from wizard.services.upkeep.measurements import LIVES, Figure

ASKED = Figure("asked_total", (("status", "200"),))
OTHER = Figure("asked_total", (("status", "404"),))
BUSY = Figure("busy")


def test_what_all_count_together_adds_up(session: Session) -> None:
    measurements.add(session, {ASKED: 3.0, OTHER: 1.0})
    measurements.add(session, {ASKED: 2.0})
    measurements.add(session, {})
    assert measurements.read(session) == {ASKED: 5.0, OTHER: 1.0}


def test_a_process_tells_how_it_is_now_while_it_lives(session: Session) -> None:
    measurements.tell(session, "one", {BUSY: 3.0})
    measurements.tell(session, "one", {BUSY: 4.0})
    measurements.tell(session, "other", {BUSY: 2.0})
    assert measurements.read(session) == {BUSY: 6.0}
    measurements.forget_process(session, "other")
    assert measurements.read(session) == {BUSY: 4.0}
    measurements.add(session, {ASKED: 1.0})
    with time_machine.travel(now() + LIVES + timedelta(seconds=1), tick=False):
        assert measurements.read(session) == {ASKED: 1.0}
        measurements.forget_old(session)
    assert session.query(MetricSample).count() == 1
