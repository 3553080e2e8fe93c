"""A message that its receiver can do nothing with is skipped by the admin, and may be sent again."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.client import Browser
from tests.receiver import Receiver
from tests.webhooks.conftest import DeliverTo, Happen, Register


def test_skip_tries_a_message_no_more_and_lets_it_be_sent_again(
    browser: Callable[..., Browser],
    cast: Cast,
    session: Session,
    receiver: Receiver,
    register: Register,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    at = f"/admin/webhooks/{known.public_id}"
    receiver.answers = lambda _received: 400
    happen(1)
    deliver_to(known)
    session.refresh(known)
    assert known.failures
    message = {"message": receiver.ids[0].removeprefix("msg_")}
    admin = browser(cast.admin)
    assert f"{at}/hoppa-over" in admin.get(at, 200).actions
    page = admin.follow(admin.post(f"{at}/hoppa-over", message, 303))
    assert "hoppas över" in page.words
    assert f"{at}/hoppa-over" not in page.actions
    session.refresh(known)
    assert [known.failures, known.failing_since, known.rests_until] == [0, None, None]
    page = admin.follow(admin.post(f"{at}/hoppa-over", message, 303))
    assert "väntar inte längre" in page.words
    receiver.answers = lambda _received: 204
    admin.post(f"{at}/skicka-igen", message, 303)
    deliver_to(known)
    assert len(receiver.ids) == 2
    browser(cast.owner).post(f"{at}/hoppa-over", message, 403)
