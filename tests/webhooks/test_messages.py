"""Messages are signed as Standard Webhooks says, byte for byte."""

from datetime import UTC, datetime

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from wizard.models import WebhookType
from wizard.webhooks.messages import Message, message

SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl"
AT = datetime(2026, 11, 22, 9, 30, 15, 123456, UTC)


def made(*secrets: str) -> Message:
    kind = WebhookType.CONNECTION_ENDED
    data = {"company_id": "abc", "status": "disconnected"}
    return message("4h7k", kind, AT, 7, data, list(secrets), lambda company: f"/{company}")


def test_the_library_signs_as_the_published_example_does() -> None:
    moment = datetime.fromtimestamp(1731705121, UTC)
    body = '{"event_type":"ping","data":{"success":true}}'
    signature = Webhook(SECRET).sign("msg_loFOjxBNrRLzqYUf", moment, body)
    assert signature == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="


def test_the_bytes_of_a_message_are_always_the_same() -> None:
    assert made(SECRET).body == (
        b'{"version":1,"id":"msg_4h7k","type":"connection.ended",'
        b'"timestamp":"2026-11-22T09:30:15.123Z","sequence":7,'
        b'"data":{"company_id":"abc","status":"disconnected"}}'
    )


def test_a_message_signed_by_two_secrets_is_verified_by_either() -> None:
    other = "whsec_" + "QUJD" * 10
    found = made(SECRET, other)
    for secret in (SECRET, other):
        assert Webhook(secret).verify(found.body, found.headers)["sequence"] == 7
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "REVG" * 10).verify(found.body, found.headers)


def test_a_message_is_signed_for_its_moment_its_id_and_its_body() -> None:
    found = made(SECRET)
    for header, value in (("webhook-id", "msg_x"), ("webhook-timestamp", "1")):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(found.body, {**found.headers, header: value})
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(found.body + b" ", found.headers)


def test_the_moment_is_that_of_the_try_so_that_a_late_one_is_not_taken_for_a_replay() -> None:
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC), tick=False):
        assert Webhook(SECRET).verify(made(SECRET).body, made(SECRET).headers)
