"""What waits for a receiver is found by an index, however much waits for others."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.plans import plan
from wizard.models import WebhookReceiver, WebhookType
from wizard.services.webhooks import webhook_log

MANY = 20_000
KIND = WebhookType.CONNECTION_ACTIVE.value
FILL = text("""
    insert into webhook_messages
        (public_id, receiver_id, type, at, data, sequence, due_at, tries, taken_at)
    select number::text, case when waits then :behind else :idle end, :kind, now(), '{}', number,
        now(), 0, case when waits then null else now() end
    from (select number, number % 3 = 0 as waits from generate_series(1, :many) number) numbered
""")


@pytest.fixture
def receivers(session: Session, cast: Cast) -> list[WebhookReceiver]:
    """One that has taken everything, and one for whom a third of all messages wait."""
    made = [
        WebhookReceiver(firm_id=cast.firm.id, url="https://x", description=name, types=[KIND])
        for name in ("idle", "behind")
    ]
    session.add_all(made)
    session.flush()
    session.execute(FILL, {"idle": made[0].id, "behind": made[1].id, "many": MANY, "kind": KIND})
    session.commit()
    session.execute(text("analyze"))
    session.commit()
    return made


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
