"""The caps of a day: each refuses by itself, all firms together count for one address."""

import pytest
from sqlalchemy.orm import Session

from wizard.services.throttling.letter_caps import Caps, Sending, count, left_to_send

CAPS = Caps(to_one=2, by_one=3, by_firm=4)


@pytest.mark.usefixtures("half_past")
def test_one_address_gets_so_many_whoever_sends(session: Session) -> None:
    for number in range(2):
        assert count(session, CAPS, Sending("Anna@example.com", f"sender {number}", number)).allowed
    refused = count(session, CAPS, Sending("anna@example.com", "sender 3", 3))
    assert not refused.allowed
    assert refused.retry_after > 0
    assert count(session, CAPS, Sending("bo@example.com", "sender 3", 3)).allowed


@pytest.mark.usefixtures("half_past")
def test_a_sender_and_a_firm_are_told_what_is_left(session: Session) -> None:
    assert left_to_send(session, CAPS, "olga", 1) == 3
    for number in range(3):
        assert count(session, CAPS, Sending(f"{number}@example.com", "olga", 1)).allowed
    assert left_to_send(session, CAPS, "olga", 1) == 0
    assert not count(session, CAPS, Sending("4@example.com", "olga", 1)).allowed
    assert left_to_send(session, CAPS, "karin", 1) == 1
    assert count(session, CAPS, Sending("5@example.com", "karin", 1)).allowed
    assert not count(session, CAPS, Sending("6@example.com", "karin", 1)).allowed
