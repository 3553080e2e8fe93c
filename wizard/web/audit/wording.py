"""The words of the audit trail: acts, actors, objects, and what changed."""

from typing import Any

from flask_babel import gettext

from wizard.models import AuditAction, AuditActor, AuditEntry
from wizard.web.bulk.wording import ACTS
from wizard.web.forms.base import lazy
from wizard.web.keys.wording import SCOPES

ACTIONS = {
    AuditAction.SIGNED_IN: lazy("Signed in"),
    AuditAction.SIGN_IN_REFUSED: lazy("Sign-in refused"),
    AuditAction.SIGNED_OUT: lazy("Signed out"),
    AuditAction.SESSIONS_ENDED: lazy("Sessions ended"),
    AuditAction.IDENTITY_CONFIRMED: lazy("Confirmed who she is"),
    AuditAction.ACCOUNT_CREATED: lazy("Account created"),
    AuditAction.ACCOUNT_INVITED: lazy("Account invited"),
    AuditAction.ACCOUNT_CHANGED: lazy("Account changed"),
    AuditAction.ACCOUNT_DEACTIVATED: lazy("Account deactivated"),
    AuditAction.ACCOUNT_ACTIVATED: lazy("Account activated"),
    AuditAction.PASSWORD_CHANGED: lazy("Password changed"),
    AuditAction.PASSWORD_RESET_SENT: lazy("Link for a new password sent"),
    AuditAction.SECOND_FACTOR_ADDED: lazy("Second factor added"),
    AuditAction.SECOND_FACTOR_REMOVED: lazy("Second factor removed"),
    AuditAction.RECOVERY_CODES_MADE: lazy("Recovery codes made"),
    AuditAction.RECOVERY_CODE_USED: lazy("Recovery code used"),
    AuditAction.IDENTITY_PROVIDER_CREATED: lazy("Single sign-on added"),
    AuditAction.IDENTITY_PROVIDER_CHANGED: lazy("Single sign-on changed"),
    AuditAction.IDENTITY_PROVIDER_ENDED: lazy("Single sign-on removed"),
    AuditAction.FIRM_CREATED: lazy("Firm added"),
    AuditAction.FIRM_CHANGED: lazy("Firm changed"),
    AuditAction.COMPANY_CREATED: lazy("Company added"),
    AuditAction.COMPANY_CHANGED: lazy("Company changed"),
    AuditAction.COMPANY_REMOVED: lazy("Company removed"),
    AuditAction.KEY_CREATED: lazy("API key created"),
    AuditAction.KEY_REVOKED: lazy("API key revoked"),
    AuditAction.WEBHOOK_CREATED: lazy("Receiver of webhooks added"),
    AuditAction.WEBHOOK_CHANGED: lazy("Receiver of webhooks changed"),
    AuditAction.WEBHOOK_REMOVED: lazy("Receiver of webhooks removed"),
    AuditAction.WEBHOOK_SECRET_MADE: lazy("Secret of a receiver changed"),
    AuditAction.WEBHOOK_SECRET_SHOWN: lazy("Secret of a receiver shown"),
    AuditAction.WEBHOOK_SENT_AGAIN: lazy("Webhooks sent again"),
    AuditAction.WEBHOOK_SKIPPED: lazy("Webhook skipped"),
    AuditAction.LINK_SHOWN: lazy("Link shown"),
    AuditAction.PERSON_READ: lazy("Page about an approver opened"),
    AuditAction.SEEN_AS: lazy("Seen as the approver"),
    AuditAction.DOCUMENTS_READ: lazy("Document opened"),
    AuditAction.EXPORTED: lazy("Exported"),
    AuditAction.BULK_DONE: lazy("Done to many at once"),
    AuditAction.PERSON_ERASED: lazy("Personal data erased"),
}
ACTORS = {
    AuditActor.USER: lazy("Account"),
    AuditActor.KEY: lazy("API key"),
    AuditActor.COMMAND: lazy("Command"),
    AuditActor.STRANGER: lazy("Not signed in"),
    AuditActor.SYSTEM: lazy("The service itself"),
}
OBJECTS = {
    "api_keys": lazy("API key"),
    "bulk_actions": lazy("Done to many at once"),
    "companies": lazy("Company"),
    "company_imports": lazy("Import"),
    "firms": lazy("Firm"),
    "identity_providers": lazy("Single sign-on"),
    "passkeys": lazy("Passkey"),
    "users": lazy("Account"),
    "webhook_receivers": lazy("Receiver of webhooks"),
}
# What an entry names in before and after; a name without words is shown as it is.
FIELDS = {
    "action": lazy("Act"),
    "archived": lazy("Archived"),
    "begins_with": lazy("Begins with"),
    "code": lazy("Code"),
    "company": lazy("Company"),
    "contact_email": lazy("The contact’s email address"),
    "contact_name": lazy("The contact’s name"),
    "contact_phone": lazy("The contact’s telephone"),
    "daily_summary": lazy("The daily summary"),
    "deputy_email": lazy("The deputy’s email address"),
    "deputy_name": lazy("The deputy’s name"),
    "description": lazy("Description"),
    "done": lazy("What"),
    "earlier_secret_signs": lazy("The earlier secret signs too"),
    "email": lazy("Email address"),
    "firm": lazy("Firm"),
    "key": lazy("API key"),
    "language": lazy("Language"),
    "last_day": lazy("Last day"),
    "logo": lazy("Logo"),
    "may_manage_members": lazy("May manage the firm’s users"),
    "message": lazy("Message"),
    "name": lazy("Name"),
    "number": lazy("Number"),
    "organisation_number": lazy("Organisation number"),
    "own_reference": lazy("Own reference"),
    "paused": lazy("Paused"),
    "person": lazy("Person"),
    "phone": lazy("Telephone"),
    "phone_shown": lazy("Telephone shown to approvers"),
    "purpose": lazy("For"),
    "reason": lazy("Reason"),
    "responsible": lazy("Responsible"),
    "role": lazy("Role"),
    "said": lazy("Said"),
    "scopes": lazy("Scopes"),
    "since": lazy("From"),
    "thing": lazy("Object"),
    "types": lazy("What it is told of"),
    "until": lazy("To"),
    "url": lazy("Address"),
    "voucher": lazy("Voucher"),
    "warned_email": lazy("Email address of who is warned"),
    "warned_name": lazy("Name of who is warned"),
    "way": lazy("Way"),
    "year": lazy("Fiscal year"),
}
VALUES = {
    **{("done", f"bulk_{act.value}"): words for act, words in ACTS.items()},
    ("done", "bulk_previewed"): lazy("several companies looked at"),
    ("done", "bulk_stopped"): lazy("the rest stopped"),
    ("done", "backup_made"): lazy("a backup made of everything"),
    ("done", "copy_took_over"): lazy("a restored copy taken into use"),
    ("done", "import"): lazy("an import begun"),
    ("done", "import_read"): lazy("a list of companies handed in"),
    ("done", "import_undone"): lazy("an import undone"),
    ("done", "keys_rotated"): lazy("secrets sealed under the newest key"),
    ("done", "review_kept"): lazy("kept in the yearly review"),
    ("done", "review_marked"): lazy("marked in the yearly review, to be ended"),
    ("done", "review_ended"): lazy("ended after the yearly review"),
    ("done", "mended_told"): lazy("those who waited told that it works"),
    ("purpose", "copied"): lazy("to copy"),
    ("purpose", "command"): lazy("a command"),
    ("purpose", "demo"): lazy("the demo"),
    ("purpose", "handed_over"): lazy("a colleague"),
    ("purpose", "handover"): lazy("signing in from the platform"),
    ("purpose", "mailed"): lazy("a mail"),
    ("purpose", "platform"): lazy("the platform"),
    ("role", "admin"): lazy("admin"),
    ("role", "member"): lazy("member"),
    ("role", "support"): lazy("support"),
    **{("scopes", scope.value): words for scope, words in SCOPES.items()},
    ("way", "handover"): lazy("from the platform"),
    ("way", "passkey"): lazy("passkey"),
    ("way", "password"): lazy("password"),
    ("way", "single_sign_on"): lazy("single sign-on"),
}


def actor_words(entry: AuditEntry) -> str:
    """Who did it: the account's address, the key's name or the command; else what kind of actor."""
    kind = str(ACTORS[entry.actor])
    if entry.actor in {AuditActor.KEY, AuditActor.COMMAND} and entry.actor_name:
        return f"{kind}: {entry.actor_name}"
    return entry.actor_name or kind


def object_words(entry: AuditEntry) -> str:
    """What kind of thing it was done to; empty if to none."""
    kind = entry.object_kind or ""
    return str(OBJECTS.get(kind, kind))


def change_words(values: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Names and values, in words."""
    return [
        (str(FIELDS.get(name, name)), _value_words(name, value))
        for name, value in (values or {}).items()
    ]


def _value_words(name: str, value: Any) -> str:
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(_value_words(name, one) for one in value)
    if name == "action":
        return str(ACTIONS[AuditAction(value)])
    return str(VALUES.get((name, str(value)), value))
