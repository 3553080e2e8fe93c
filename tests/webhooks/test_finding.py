"""What waits for a receiver is found by an index, however much waits for others."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.plans import plan
from wizard.models import WebhookMessage, WebhookReceiver, WebhookType, now, public_id
from wizard.services import webhook_log

MANY = 20_000
KIND = WebhookType.CONNECTION_ACTIVE


@pytest.fixture
def receivers(session: Session, cast: Cast) -> list[WebhookReceiver]:
    """One that has taken everything, and one for whom a third of all messages wait."""
    made = [
        WebhookReceiver(firm_id=cast.firm.id, url="https://x", description=name, types=[KIND.value])
        for name in ("idle", "behind")
    ]
    session.add_all(made)
    session.flush()
    session.execute(insert(WebhookMessage), [_row(made, number) for number in range(MANY)])
    session.commit()
    session.execute(text("analyze"))
    session.commit()
    return made


def _row(receivers: list[WebhookReceiver], number: int) -> dict[str, Any]:
    waits = number % 3 == 0
    return {
        "public_id": public_id(),
        "receiver_id": receivers[waits].id,
        "type": KIND,
        "data": {},
        "sequence": number + 1,
        "at": now() - timedelta(minutes=MANY - number),
        "taken_at": None if waits else now(),
    }


def test_receivers_are_listed_and_found_by_an_index(
    session: Session, receivers: list[WebhookReceiver]
) -> None:
    rows = webhook_log.list_page(session).rows
    assert [row.waiting for row in rows] == [webhook_log.MOST_COUNTED + 1, 0]
    idle = receivers[0].public_id
    for way in (
        plan(session, lambda: webhook_log.list_page(session)),
        plan(session, lambda: webhook_log.find_row(session, idle)),
    ):
        assert "Seq Scan on webhook_messages" not in way, way
