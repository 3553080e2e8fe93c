"""A link as its page shows it: read as one plain row, into objects that belong to no session.

Most of the approver's pages only show. To load the same objects through a session, which keeps them apart
and watches them for changes, takes more than twice the time. What is not read here raises
`DetachedInstanceError`; whatever changes a link loads it through a session (`visits.held_key`).
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Engine, String, any_, bindparam, cast, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from wizard.models import Base, Company, Firm, Invitation, InvitationKey, User
from wizard.plain_reads import PlainRead

_SENDER, _RESPONSIBLE = aliased(User), aliased(User)
_OF_KEY = (
    "id",
    "invitation_id",
    "purpose",
    "asked_by",
    "ended_at",
    "step",
    "permission_answer",
    "bookkeeping_answer",
    "last_seen_at",
)
_OF_INVITATION = (
    "id",
    "public_id",
    "company_id",
    "provider",
    "code",
    "status",
    "expires_at",
    "started_at",
    "consent_ends_on",
    "renews_id",
)
_OF_COMPANY = ("id", "firm_id", "name", "organisation_number")
_OF_FIRM = (
    "id",
    "name",
    "contact_name",
    "contact_email",
    "contact_phone",
    "logo_id",
    "logo_width",
    "logo_height",
)
# What a page says of a member, and nothing else of her account.
_OF_MEMBER = ("id", "name", "email", "phone", "phone_shown", "active", "firm_id")
_READ: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (InvitationKey, _OF_KEY),
    (Invitation, _OF_INVITATION),
    (Company, _OF_COMPANY),
    (Firm, _OF_FIRM),
    (_SENDER, _OF_MEMBER),
    (_RESPONSIBLE, _OF_MEMBER),
)
# Built once, as building it is slower than running it; its text is the same for however many keys.
_HELD = PlainRead(
    select(*(getattr(source, name) for source, names in _READ for name in names))
    .select_from(InvitationKey)
    .join(Invitation, InvitationKey.invitation_id == Invitation.id)
    .join(Company, Invitation.company_id == Company.id)
    .join(Firm, Company.firm_id == Firm.id)
    .outerjoin(_SENDER, Invitation.created_by_id == _SENDER.id)
    .outerjoin(_RESPONSIBLE, Company.responsible_id == _RESPONSIBLE.id)
    .where(
        Invitation.public_id == bindparam("public_id"),
        InvitationKey.id == any_(cast(bindparam("key_ids", type_=String), ARRAY(BigInteger))),
    )
    .order_by(InvitationKey.ended_at.is_not(None), InvitationKey.id.desc())
    .limit(literal_column("1"))
)


def held(engine: Engine, key_ids: list[int], public_id: str) -> InvitationKey | None:
    """The browser's newest link to the invitation with this public id, ended or not. One statement."""
    if not key_ids:
        return None
    among = (
        f"{{{','.join(map(str, key_ids))}}}"  # an array as text: of a list psycopg looks at each
    )
    row = _HELD.first(engine, {"key_ids": among, "public_id": public_id})
    return _link(row) if row else None


def _link(row: tuple[Any, ...]) -> InvitationKey:
    values = iter(row)
    key: InvitationKey = _made(InvitationKey, _OF_KEY, values)
    invitation = _made(Invitation, _OF_INVITATION, values)
    company = _made(Company, _OF_COMPANY, values)
    set_committed_value(key, "invitation", invitation)
    set_committed_value(invitation, "company", company)
    set_committed_value(company, "firm", _made(Firm, _OF_FIRM, values))
    set_committed_value(invitation, "created_by", _made(User, _OF_MEMBER, values))
    set_committed_value(company, "responsible", _made(User, _OF_MEMBER, values))
    return key


def _made(kind: type[Base], names: tuple[str, ...], values: Iterator[Any]) -> Any:
    """An object as it was read, all else unknown; None where there is no row of its table."""
    read = dict(zip(names, values, strict=False))
    if read["id"] is None:
        return None
    made = kind()
    made.__dict__.update(read)
    make_transient_to_detached(made)
    return made
