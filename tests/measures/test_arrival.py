"""The statements and calls of callback and check, each with its reason; their time is measured by a command."""

import pytest
from flask import Flask

from tests.measures import arrival
from tests.support.standin import StandIn
from wizard.services.throttling import call_budget

# What each statement says, and why it is sent. Beside them the queue adds a job at each: the check, should
# this process die, and the letter to the firm.
CALLBACK = (
    (" FROM authorizations LEFT OUTER JOIN invitation_keys", "whose return it is, held"),
    ("UPDATE authorizations SET code=", "the code, stored before it is used"),
)
CHECK = (
    (" FROM invitation_keys JOIN invitations", "whether this browser holds the link"),
    (" FROM authorizations WHERE authorizations.invitation_id", "which attempt it shows"),
    ("pg_try_advisory_lock", "nobody else checks it meanwhile"),
    (
        "UPDATE authorizations SET next_try_at=",
        "the code is ours to exchange, stored before it is sent",
    ),
    ("UPDATE call_permits", "permits of all seven calls, shared with all processes"),
    ("INSERT INTO grants", "the tokens, stored before they are used"),
    ("for no key update of companies", "all that connecting changes, held"),
    ("nextval(", "what whoever held the company has written, who is to be told, where she stood"),
    ("INSERT INTO connections", "the connection with all that follows, at once"),
    ("DELETE FROM standing_marks", "what decides whose move it is was written: its standing, held"),
    (" AS connection_status", "the facts that decide whose move it is"),
    ("UPDATE standings", "whose move it is"),
    ("pg_advisory_unlock", "another may check"),
)
CALLS = 7  # the code, the company, four in parallel, one document


def test_callback_and_check_use_few_statements_and_calls(
    visma_app: Flask, visma: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_budget, "FRESH", 1000.0)  # however busy the machine is
    with arrival.watched(visma_app) as clock:
        arrival.walk(visma_app, visma, clock, 0)  # creates the permits of the call budget
        callback, check = arrival.walk(visma_app, visma, clock, 1)
    assert (callback.calls, check.calls) == (0, CALLS)
    for share, reasons in ((callback, CALLBACK), (check, CHECK)):
        for sent, (says, reason) in zip(share.texts, reasons, strict=True):
            assert says in sent, f"instead of {reason}: {sent}"
    assert 0 < check.theirs < check.whole
