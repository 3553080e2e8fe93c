"""The message to a receiver: a versioned body without names or secrets, with Standard Webhooks headers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

from wizard.models import WebhookType, now

VERSION = 1
ID_PREFIX = "msg_"
AGENT = "Kopplingsguiden/1"

Page = Callable[[str], str]  # the URL of a company's page for staff, by public id


@dataclass(frozen=True)
class Message:
    """The bytes to post, with the headers that sign them now."""

    headers: dict[str, str]
    body: bytes


def message(
    public_id: str,
    kind: WebhookType,
    at: datetime,
    sequence: int | None,
    data: dict[str, Any],
    secrets: list[str],
    page: Page,
) -> Message:
    """The message with a signature for each secret; only the time of signing differs between attempts."""
    webhook_id = ID_PREFIX + public_id
    facts = {
        "version": VERSION,
        "id": webhook_id,
        "type": kind.value,
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "sequence": sequence,
        "data": _completed(kind, data, page),
    }
    body = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    moment = now()
    signatures = [Webhook(secret).sign(webhook_id, moment, body) for secret in secrets]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return Message(headers, body.encode())


def _completed(kind: WebhookType, data: dict[str, Any], page: Page) -> dict[str, Any]:
    """The data, with the page for renewal if needed: it requires sign-in and holds no secret."""
    if kind is not WebhookType.CONNECTION_RENEWAL_NEEDED:
        return data
    return {**data, "renewal_page": page(data["company_id"])}
