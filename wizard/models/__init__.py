"""What there is: the tables, and the words their columns may hold."""

from wizard.models.api import ApiKey, Creation, Handover
from wizard.models.authorization import Authorization, AuthorizationStatus
from wizard.models.base import Base, now, public_id, readable
from wizard.models.budget import CallPermit, Pace
from wizard.models.company import Company, sort_key
from wizard.models.connection import Connection, ConnectionStatus, Consent, Proof
from wizard.models.disconnection import DisconnectCode, OldGrant
from wizard.models.event import Actor, Event, EventKind
from wizard.models.firm import Firm, Role, StaffSession, User
from wizard.models.invitation import (
    LIVING,
    Answer,
    Invitation,
    InvitationKey,
    InvitationStatus,
    KeyPurpose,
    Step,
)
from wizard.models.letter import Letter, LetterKind, LetterStatus
from wizard.models.rate_limit import RateCount
from wizard.models.receipt import ReceiptKey
from wizard.models.warning import ConnectionWarning, Outage
from wizard.models.webhook import (
    PauseReason,
    WebhookAttempt,
    WebhookMessage,
    WebhookOutcome,
    WebhookReceiver,
    WebhookType,
)

__all__ = [
    "LIVING",
    "Actor",
    "Answer",
    "ApiKey",
    "Authorization",
    "AuthorizationStatus",
    "Base",
    "CallPermit",
    "Company",
    "Connection",
    "ConnectionStatus",
    "ConnectionWarning",
    "Consent",
    "Creation",
    "DisconnectCode",
    "Event",
    "EventKind",
    "Firm",
    "Handover",
    "Invitation",
    "InvitationKey",
    "InvitationStatus",
    "KeyPurpose",
    "Letter",
    "LetterKind",
    "LetterStatus",
    "OldGrant",
    "Outage",
    "Pace",
    "PauseReason",
    "Proof",
    "RateCount",
    "ReceiptKey",
    "Role",
    "StaffSession",
    "Step",
    "User",
    "WebhookAttempt",
    "WebhookMessage",
    "WebhookOutcome",
    "WebhookReceiver",
    "WebhookType",
    "now",
    "public_id",
    "readable",
    "sort_key",
]
