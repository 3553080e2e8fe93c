"""Webhook receivers: create, change, pause and end, and rotation of their secrets."""

import base64
import os
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from wizard.models import AuditAction, Firm, PauseReason, WebhookReceiver, WebhookType, now
from wizard.services.audit.trail import About, changes, record
from wizard.services.crypto.vault import Vault
from wizard.services.values.names import clean_name
from wizard.services.webhooks.announcing import wake
from wizard.services.webhooks.delivery_queue import hold_receiver, make_due

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
OVERLAP = timedelta(hours=24)
SHOWN_FOR = timedelta(minutes=1)  # so that a double click or a reload does not lose the secret
SUBSCRIBABLE = tuple(kind for kind in WebhookType if kind is not WebhookType.TEST)


class RotatingError(Exception):
    """The secret was rotated less than a day ago, and the earlier one is still valid."""


@dataclass(frozen=True)
class Wishes:
    """A receiver's URL, description, and subscribed types of messages."""

    url: str  # from webhooks.addresses.clean_url
    description: str
    types: list[WebhookType]


def create(session: Session, vault: Vault, firm: Firm, wishes: Wishes) -> WebhookReceiver:
    """Create a receiver with a new secret. Commits. Raises NameInvalidError."""
    receiver = WebhookReceiver(firm_id=firm.id, **_columns(wishes))
    session.add(receiver)
    session.flush()  # sealing the secret needs the row's id
    receiver.secret = vault.seal(_new_secret(), receiver, "secret")
    after = _told(_columns(wishes))
    record(session, AuditAction.WEBHOOK_CREATED, about_receiver(receiver), after=after)
    session.commit()
    return receiver


def about_receiver(receiver: WebhookReceiver) -> About:
    """A receiver, as the audit trail names it."""
    return About(receiver, receiver.description, firm_id=receiver.firm_id)


def find(session: Session, public_id: str) -> WebhookReceiver | None:
    """A receiver that has not ended, with its firm; else None. One statement."""
    return session.scalar(
        select(WebhookReceiver)
        .where(WebhookReceiver.public_id == public_id, WebhookReceiver.ended_at.is_(None))
        .options(joinedload(WebhookReceiver.firm, innerjoin=True))
    )


def is_paused(session: Session, public_id: str) -> bool:
    """True if the receiver exists and is paused."""
    found = find(session, public_id)
    return found is not None and found.paused_at is not None


def change(session: Session, receiver: WebhookReceiver, wishes: Wishes) -> None:
    """Change URL, description and types; a new URL is tried at once. Commits. Raises NameInvalidError."""
    columns = _columns(wishes)
    hold_receiver(session, receiver.id)
    is_moved = receiver.url != wishes.url
    was, became = changes({name: getattr(receiver, name) for name in columns}, columns)
    for name, value in columns.items():
        setattr(receiver, name, value)
    if is_moved and not receiver.paused_at:
        _begin_anew(session, receiver)
    if was:
        _changed(session, receiver, was, became)
    session.commit()


def pause(session: Session, receiver: WebhookReceiver) -> None:
    """Pause sending; messages are kept meanwhile. Commits."""
    hold_receiver(session, receiver.id)
    if not receiver.paused_at:
        receiver.paused_at, receiver.paused_why = now(), PauseReason.BY_HAND
        _changed(session, receiver, {"paused": False}, {"paused": True})
    session.commit()


def resume(session: Session, receiver: WebhookReceiver) -> None:
    """Resume sending, beginning with the kept messages. Commits."""
    hold_receiver(session, receiver.id)
    if receiver.paused_at:
        _changed(session, receiver, {"paused": True}, {"paused": False})
    receiver.paused_at = receiver.paused_why = None
    _begin_anew(session, receiver)
    session.commit()


def end(session: Session, receiver: WebhookReceiver) -> None:
    """End the receiver for good and delete its secrets; the log is kept for its usual time. Commits."""
    hold_receiver(session, receiver.id)
    if receiver.ended_at is None:
        receiver.ended_at = now()
        record(session, AuditAction.WEBHOOK_REMOVED, about_receiver(receiver))
    receiver.secret = receiver.earlier_secret = receiver.earlier_until = None
    session.commit()


def show_secret(session: Session, vault: Vault, receiver: WebhookReceiver) -> str | None:
    """The secret to show to the admin; None if it has been shown before. Commits."""
    hold_receiver(session, receiver.id)
    shown = receiver.secret_shown_at
    if receiver.secret is None or (shown and shown + SHOWN_FOR < now()):
        session.rollback()
        return None
    receiver.secret_shown_at = shown or now()
    record(session, AuditAction.WEBHOOK_SECRET_SHOWN, about_receiver(receiver))
    secret = vault.open(receiver.secret, receiver, "secret")
    session.commit()
    return secret


def rotate(session: Session, vault: Vault, receiver: WebhookReceiver) -> None:
    """Rotate the secret; the earlier one also signs for a day. Commits.

    Raises RotatingError during an earlier rotation, when the secret that the receiver uses would be lost.
    """
    hold_receiver(session, receiver.id)
    if receiver.earlier_until and receiver.earlier_until > now():
        session.rollback()
        raise RotatingError
    if receiver.secret:
        earlier = vault.open(receiver.secret, receiver, "secret")
        receiver.earlier_secret = vault.seal(earlier, receiver, "earlier_secret")
        receiver.earlier_until = now() + OVERLAP
    receiver.secret = vault.seal(_new_secret(), receiver, "secret")
    receiver.secret_shown_at = None
    record(session, AuditAction.WEBHOOK_SECRET_MADE, about_receiver(receiver))
    session.commit()


def retire_earlier(session: Session, receiver: WebhookReceiver) -> None:
    """Retire the earlier secret before its day is over. Commits."""
    hold_receiver(session, receiver.id)
    if receiver.earlier_secret:
        _changed(session, receiver, {"earlier_secret_signs": True}, {"earlier_secret_signs": False})
    receiver.earlier_secret = receiver.earlier_until = None
    session.commit()


def _changed(
    session: Session,
    receiver: WebhookReceiver,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    about = about_receiver(receiver)
    before, after = _told(before), _told(after)
    record(session, AuditAction.WEBHOOK_CHANGED, about, before=before, after=after)


def _told(columns: dict[str, object]) -> dict[str, object]:
    """As the audit trail has them: what stands in the query of an address may be a secret."""
    if "url" not in columns:
        return columns
    place, mark, _query = str(columns["url"]).partition("?")
    return {**columns, "url": f"{place}?…" if mark else place}


def _begin_anew(session: Session, receiver: WebhookReceiver) -> None:
    """Reset the failures, and make the receiver due now."""
    make_due(session, receiver)
    wake(session, receiver.id)


def _columns(wishes: Wishes) -> dict[str, object]:
    return {
        "url": wishes.url,
        "description": clean_name(wishes.description),
        "types": sorted(kind.value for kind in wishes.types),
    }


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()
