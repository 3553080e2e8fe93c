"""The audit trail: who did what, to what, from where; written once and never changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from wizard.models.base import Base, now, words


class AuditActor(StrEnum):
    """What kind of actor did it."""

    USER = "user"
    KEY = "key"
    COMMAND = "command"
    STRANGER = "stranger"  # nobody has signed in
    SYSTEM = "system"


class AuditAction(StrEnum):
    """What was done."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    IDENTITY_CONFIRMED = "identity_confirmed"
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_INVITED = "account_invited"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_DEACTIVATED = "account_deactivated"
    ACCOUNT_ACTIVATED = "account_activated"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET_SENT = "password_reset_sent"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    IDENTITY_PROVIDER_CREATED = "identity_provider_created"
    IDENTITY_PROVIDER_CHANGED = "identity_provider_changed"
    IDENTITY_PROVIDER_ENDED = "identity_provider_ended"
    FIRM_CREATED = "firm_created"
    FIRM_CHANGED = "firm_changed"
    COMPANY_CREATED = "company_created"
    COMPANY_CHANGED = "company_changed"
    COMPANY_REMOVED = "company_removed"
    KEY_CREATED = "key_created"
    KEY_REVOKED = "key_revoked"
    WEBHOOK_CREATED = "webhook_created"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_REMOVED = "webhook_removed"
    WEBHOOK_SECRET_MADE = "webhook_secret_made"
    WEBHOOK_SECRET_SHOWN = "webhook_secret_shown"
    WEBHOOK_SENT_AGAIN = "webhook_sent_again"
    WEBHOOK_SKIPPED = "webhook_skipped"
    LINK_SHOWN = "link_shown"
    PERSON_READ = "person_read"
    SEEN_AS = "seen_as"
    DOCUMENTS_READ = "documents_read"
    EXPORTED = "exported"
    BULK_DONE = "bulk_done"
    PERSON_ERASED = "person_erased"


class AuditEntry(Base):
    """One act. It points to rows by id without a foreign key: it stays as it was written.

    A trigger refuses updates, truncation, and deletes of what is younger than the retention.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_user_id", "user_id", "id"),
        Index("ix_audit_entries_firm_id", "firm_id", "id"),
        Index("ix_audit_entries_person", "person", "id"),
        Index("ix_audit_entries_object", "object_kind", "object_id", "id"),
        Index("ix_audit_entries_action", "action", "id"),
    )

    at: Mapped[datetime] = mapped_column(default=now, index=True)
    actor: Mapped[AuditActor] = mapped_column(words(AuditActor))
    actor_name: Mapped[str]  # the account's address, the key's name, the command; else empty
    user_id: Mapped[int | None]
    api_key_id: Mapped[int | None]
    address: Mapped[str | None]  # the browser's or the platform's IP address
    action: Mapped[AuditAction] = mapped_column(words(AuditAction))
    object_kind: Mapped[str | None]  # the table
    object_id: Mapped[str | None]  # the public id, else the id
    object_name: Mapped[str | None]
    person: Mapped[str | None]  # the address of the person whom it concerns
    firm_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # only what changed
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
