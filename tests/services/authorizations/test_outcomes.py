"""What came of an authorization is shown to the browser that made it, and forgotten in time."""

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.standin import StandIn
from tests.support.traveller import Traveller, authorizations, cause_of
from wizard.causes import Cause
from wizard.models import Event, now
from wizard.services.authorizations.outcomes import forget_chosen_companies


def test_the_wrong_companys_name_is_for_the_browser_that_chose_it_alone(
    approver: Traveller, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    approver.go_straight().approve("Klara Konsult", "Påhittade Bageriet AB")
    sender = Traveller.with_link(visma_app, visma, approver.link)
    seen = sender.get("orsak", 200)
    assert "Bageriet" not in seen.text
    rows = [str(vars(event)) for event in database.scalars(select(Event))]
    assert not any("Bageriet" in row or "5599003034" in row for row in rows)
    assert "Bageriet" not in str(authorizations(database)[0].chosen_company)


def test_the_wrong_companys_name_is_forgotten_after_a_day(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight().approve("Stina Standardföretag", None)
    assert forget_chosen_companies(database) == 0
    with time_machine.travel(now() + timedelta(days=1, minutes=1), tick=True):
        assert forget_chosen_companies(database) == 1
    assert "Gamla Bolaget" not in approver.get("orsak", 200).text


def test_no_choice_leads_to_the_guide_at_once(approver: Traveller, database: Session) -> None:
    approver.go_straight().approve("Otto Överhoppad", None)
    approver.follow(approver.post("fick-inte-valja", 303))
    assert cause_of(database) == Cause.DEFAULT_COMPANY
