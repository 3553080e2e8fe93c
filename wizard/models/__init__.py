"""What there is: the tables, and the words their columns may hold."""

from wizard.models.api import ApiKey, Creation, Handover, Scope
from wizard.models.audit import AuditAction, AuditActor, AuditEntry
from wizard.models.authorization import (
    UNFINISHED,
    Authorization,
    AuthorizationStatus,
    deciding_first,
)
from wizard.models.base import Base, now, public_id, readable, today
from wizard.models.budget import CallPermit, Pace
from wizard.models.bulk import (
    BulkAct,
    BulkAction,
    BulkFate,
    BulkReason,
    BulkRow,
    BulkStatus,
)
from wizard.models.company import Company, CompanyWord, reference_key, sort_key, words_of
from wizard.models.company_import import CompanyImport, ImportLine, ImportStatus, LineFate
from wizard.models.connection import (
    BROKEN,
    UNREADABLE,
    WORKING,
    ApproverWord,
    Connection,
    ConnectionStatus,
    Consent,
    Proof,
)
from wizard.models.contact import Contact, ContactKey, ContactWord
from wizard.models.disconnection import DisconnectCode
from wizard.models.event import Actor, Event, EventKind
from wizard.models.evidence import (
    ReadingStatus,
    ReadVoucher,
    Sample,
    StopReason,
    YearReading,
)
from wizard.models.firm import Firm
from wizard.models.funnel import FunnelCount, FunnelCounted, FunnelPlace
from wizard.models.grant import Grant, GrantState
from wizard.models.identity_provider import IdentityProvider, ProviderFirm
from wizard.models.invitation import (
    CODE_LENGTH,
    LIVING,
    Invitation,
    InvitationKey,
    InvitationStatus,
    KeyPurpose,
    RequirementAnswer,
    Step,
)
from wizard.models.kept_form import KeptForm
from wizard.models.letter import Letter, LetterKind, LetterStatus, Reader
from wizard.models.metric import MetricSample
from wizard.models.press import Press
from wizard.models.promise import Promise
from wizard.models.rate_limit import RateCount
from wizard.models.receipt import ConsentsKey, ReceiptKey
from wizard.models.staff import (
    AccountLink,
    LinkPurpose,
    Passkey,
    RecoveryCode,
    Role,
    SignInWay,
    StaffSession,
    User,
)
from wizard.models.standing import (
    ALL_FIRMS,
    MoveReason,
    Standing,
    StandingCount,
    StandingMark,
    Whose,
)
from wizard.models.warning import ConnectionWarning, Outage, OutageKind
from wizard.models.webhook import (
    PauseReason,
    WebhookAttempt,
    WebhookMessage,
    WebhookOutcome,
    WebhookReceiver,
    WebhookType,
)

__all__ = [
    "ALL_FIRMS",
    "BROKEN",
    "CODE_LENGTH",
    "LIVING",
    "UNFINISHED",
    "UNREADABLE",
    "WORKING",
    "AccountLink",
    "Actor",
    "ApiKey",
    "ApproverWord",
    "AuditAction",
    "AuditActor",
    "AuditEntry",
    "Authorization",
    "AuthorizationStatus",
    "Base",
    "BulkAct",
    "BulkAction",
    "BulkFate",
    "BulkReason",
    "BulkRow",
    "BulkStatus",
    "CallPermit",
    "Company",
    "CompanyImport",
    "CompanyWord",
    "Connection",
    "ConnectionStatus",
    "ConnectionWarning",
    "Consent",
    "ConsentsKey",
    "Contact",
    "ContactKey",
    "ContactWord",
    "Creation",
    "DisconnectCode",
    "Event",
    "EventKind",
    "Firm",
    "FunnelCount",
    "FunnelCounted",
    "FunnelPlace",
    "Grant",
    "GrantState",
    "Handover",
    "IdentityProvider",
    "ImportLine",
    "ImportStatus",
    "Invitation",
    "InvitationKey",
    "InvitationStatus",
    "KeptForm",
    "KeyPurpose",
    "Letter",
    "LetterKind",
    "LetterStatus",
    "LineFate",
    "LinkPurpose",
    "MetricSample",
    "MoveReason",
    "Outage",
    "OutageKind",
    "Pace",
    "Passkey",
    "PauseReason",
    "Press",
    "Promise",
    "Proof",
    "ProviderFirm",
    "RateCount",
    "ReadVoucher",
    "Reader",
    "ReadingStatus",
    "ReceiptKey",
    "RecoveryCode",
    "RequirementAnswer",
    "Role",
    "Sample",
    "Scope",
    "SignInWay",
    "StaffSession",
    "Standing",
    "StandingCount",
    "StandingMark",
    "Step",
    "StopReason",
    "User",
    "WebhookAttempt",
    "WebhookMessage",
    "WebhookOutcome",
    "WebhookReceiver",
    "WebhookType",
    "Whose",
    "YearReading",
    "deciding_first",
    "now",
    "public_id",
    "readable",
    "reference_key",
    "sort_key",
    "today",
    "words_of",
]
