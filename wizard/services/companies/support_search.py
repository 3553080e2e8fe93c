"""Support's search: by an invitation's code, a company's number, any word of its name, a person or an address."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select, true, union
from sqlalchemy.orm import Session, aliased, contains_eager

from wizard.models import (
    CODE_LENGTH,
    LIVING,
    ApproverWord,
    Authorization,
    AuthorizationStatus,
    Company,
    CompanyWord,
    Connection,
    ConnectionStatus,
    ContactWord,
    Firm,
    Invitation,
    InvitationKey,
    InvitationStatus,
    Letter,
    RequirementAnswer,
    Step,
    User,
    deciding_first,
    now,
    sort_key,
    words_of,
)
from wizard.models.base import READABLE
from wizard.organisation_digits import ten_digits
from wizard.plain_text import plain_dashes
from wizard.services.companies.begun_words import rarest_first, with_words
from wizard.services.companies.company_directory import (
    living_connection,
    newest_invitation,
)
from wizard.services.values.email_addresses import pasted_email
from wizard.services.values.search import ways

MOST = 25
MOST_PLACES = 10
CODE = re.compile(rf"(?:kod|code)?([{READABLE}]{{{CODE_LENGTH}}})")
FEWEST_LETTERS = 2  # of a word that people and companies are found by
# Words that half of all companies have: found by the beginning of a name only.
FORMS = {"ab", "aktiebolag", "hb", "kb", "handelsbolag", "kommanditbolag", "och"}


@dataclass(frozen=True)
class SupportRow:
    """A found company; ``code`` is its newest invitation's, ``status`` the connection's or invitation's."""

    public_id: str
    name: str
    organisation_number: str
    firm_name: str
    provider: str | None
    status: str | None
    code: str | None


@dataclass(frozen=True)
class Place:
    """The progress of one link's reader, with the authorization that decides; for support only."""

    step: Step
    last_seen_at: datetime | None
    authorization_status: AuthorizationStatus | None
    attempt_at: datetime | None
    cause: str | None
    provider_code: str | None
    provider_error_id: str | None
    renews: bool
    permission_answer: RequirementAnswer | None
    bookkeeping_answer: RequirementAnswer | None


def find(session: Session, text: str) -> list[SupportRow]:
    """The matching companies, at most 25, matches of the code first. ``text`` is from clean_search."""
    newest = newest_invitation()
    invitation = aliased(Invitation, newest)
    lines = session.execute(
        select(Company, Connection, invitation)
        .join(Company.firm)
        .outerjoin(Connection, living_connection())
        .outerjoin(newest, true())
        .where(Company.id.in_(meant(session, text)))
        .order_by(Company.sort_key, Company.id)
        .limit(MOST)
        .options(contains_eager(Company.firm).load_only(Firm.name))
    ).all()
    rows = [_row(*line) for line in lines]
    code = code_in(text)
    return sorted(rows, key=lambda row: code is None or row.code != code)


def places(session: Session, company: Company) -> list[Place]:
    """The progress of each reader of the company's newest invitation, last seen first. One statement."""
    authorization = (
        select(Authorization)
        .where(Authorization.key_id == InvitationKey.id)
        .order_by(*deciding_first())
        .limit(1)
        .lateral()
    )
    newest = select(func.max(Invitation.id)).where(Invitation.company_id == company.id)
    moved = or_(InvitationKey.last_seen_at.is_not(None), InvitationKey.step != Step.WELCOME)
    lines = session.execute(
        select(
            InvitationKey.step,
            InvitationKey.last_seen_at,
            authorization.c.status,
            authorization.c.created_at,
            authorization.c.cause,
            authorization.c.provider_code,
            authorization.c.provider_error_id,
            Invitation.renews_id.is_not(None),
            InvitationKey.permission_answer,
            InvitationKey.bookkeeping_answer,
        )
        .join(Invitation, Invitation.id == InvitationKey.invitation_id)
        .outerjoin(authorization, true())
        .where(InvitationKey.invitation_id == newest.scalar_subquery(), moved)
        .order_by(InvitationKey.last_seen_at.desc().nulls_last(), InvitationKey.id.desc())
        .limit(MOST_PLACES)
    ).all()
    return [Place(*line) for line in lines]


def code_in(text: str) -> str | None:
    """The invitation code in the text, without spaces; None if the text is not a code."""
    found = CODE.fullmatch(re.sub(r"[\s.,:-]", "", plain_dashes(text)).casefold())
    return found.group(1) if found else None


def meant(session: Session, text: str) -> Select[int]:
    """The ids of matching companies; each kind of match walks an index and stops at 25.

    Several words are first compared by how many have them.
    """
    if "@" in text:
        address = pasted_email(text).lower()
        return _else(_any_of(_of_address(address)), _of_people(session, words_of(address)))
    begun = [select(Company.id).where(one) for one in ways(text)]
    found = [one.order_by(Company.sort_key, Company.id).limit(MOST) for one in begun]
    found += _of_words(session, text)
    if number := ten_digits(text):
        found.append(select(Company.id).where(Company.organisation_number == number).limit(MOST))
    if code := code_in(text):
        found.append(_of_code(code))
    return _any_of(found)


def _of_words(session: Session, text: str) -> list[Select[int]]:
    """The companies that have these words in their name, and those of people who have."""
    named, said = _telling(sort_key(text)), _telling(text.lower())
    if not named:
        return []
    of = CompanyWord.company_id
    of_names = with_words(select(of), of, rarest_first(session, of, named))
    return [of_names.limit(MOST), *_of_people(session, said)]


def _telling(text: str) -> list[str]:
    """The words by which few are found."""
    return [word for word in words_of(text) if word not in FORMS and len(word) >= FEWEST_LETTERS]


def _of_people(session: Session, words: list[str]) -> list[Select[int]]:
    """The companies whose people have these words in their name or their address, finished or not."""
    if not words:
        return []
    written = select(Invitation.company_id).join(Letter, Letter.invitation_id == Invitation.id)
    written = written.join(ContactWord, ContactWord.contact_id == Letter.contact_id)
    approved = select(Connection.company_id)
    approved = approved.join(ApproverWord, ApproverWord.connection_id == Connection.id)
    people = (written, ContactWord.contact_id), (approved, ApproverWord.connection_id)
    return [
        with_words(query, of, rarest_first(session, of, words)).limit(MOST) for query, of in people
    ]


def _of_code(code: str) -> Select[int]:
    """The company of the open invitation with this code, else of the newest ended one."""
    having = select(Invitation.company_id).where(Invitation.code == code)
    return having.order_by(Invitation.status.in_(LIVING).desc(), Invitation.id.desc()).limit(1)


def _of_address(address: str) -> list[Select[int]]:
    """The companies that a mail address has invited, approved for, or received a letter about."""
    sender = select(User.id).where(User.email == address).scalar_subquery()
    invited = select(Invitation.company_id).where(Invitation.created_by_id == sender)
    written = select(Invitation.company_id).join(Letter, Letter.invitation_id == Invitation.id)
    approved = select(Connection.company_id)
    return [
        invited.order_by(Invitation.id.desc()).limit(MOST),
        written.where(func.lower(Letter.recipient) == address)
        .order_by(Letter.id.desc())
        .limit(MOST),
        approved.where(func.lower(Connection.approver_email) == address)
        .order_by(Connection.id.desc())
        .limit(MOST),
    ]


def _any_of(ways: list[Select[int]]) -> Select[int]:
    found = union(*ways).subquery()
    return select(found.c[0])


def _else(first: Select[int], ways: list[Select[int]]) -> Select[int]:
    """What is found first; the other ways are not gone unless it is nothing."""
    nothing = ~exists(first)
    return _any_of([first, *(select(way.subquery().c[0]).where(nothing) for way in ways)])


def _row(
    company: Company, connection: Connection | None, invitation: Invitation | None
) -> SupportRow:
    lead = connection or invitation
    status = connection.status if connection else invitation and _status_of(invitation)
    return SupportRow(
        public_id=company.public_id,
        name=company.name,
        organisation_number=company.organisation_number,
        firm_name=company.firm.name,
        provider=lead.provider if lead else None,
        status=status.value if status else None,
        code=invitation.code if invitation else None,
    )


def _status_of(invitation: Invitation) -> InvitationStatus | ConnectionStatus:
    """The status of a company without a connection: a connected invitation means disconnected."""
    ended = invitation.had_connection
    return ConnectionStatus.DISCONNECTED if ended else invitation.status_at(now())
