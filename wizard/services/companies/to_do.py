"""What a firm's people have to do: companies that are stuck, bounced, to be renewed, long waiting or ask for a link."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from wizard.models import (
    Company,
    Invitation,
    InvitationKey,
    Letter,
    LetterKind,
    LetterStatus,
    MoveReason,
    Standing,
    Step,
    User,
    now,
)
from wizard.services.companies.company_directory import newest_invitation
from wizard.services.pages import Page, read_page

LONG = timedelta(days=7)
INVITING = [kind for kind in LetterKind if kind.invites]
REMINDING = [kind for kind in LetterKind if kind.reminds]


class ToDo(StrEnum):
    """Kinds of what there is to do, the most urgent first."""

    RENEW = "renew"
    NEW_LINK = "new_link"
    BOUNCED = "bounced"
    STUCK = "stuck"
    WAITING = "waiting"


REASONS = {
    ToDo.RENEW: (MoveReason.TO_BE_RENEWED,),
    ToDo.NEW_LINK: (MoveReason.NEW_LINK_ASKED,),
    ToDo.BOUNCED: (MoveReason.BOUNCED,),
    ToDo.STUCK: (
        MoveReason.STUCK,
        MoveReason.STOPPED,
        MoveReason.CAUSE_TOLD,
        MoveReason.NUMBER_QUESTIONED,
    ),
    ToDo.WAITING: (MoveReason.WAITING,),
}


@dataclass(frozen=True)
class ToDoRow:
    """A company with something to do: why and since when, where its approver is, and what is planned.

    ``step`` of ``steps`` is the furthest open one; ``sent_to`` the address of the last letter with a link;
    ``responsible`` her name; ``reminder_at`` the next reminder, if one is planned.
    """

    public_id: str
    name: str
    reason: MoveReason
    since: datetime
    step: int | None
    steps: int
    cause: str | None
    seen_at: datetime | None
    sent_to: str | None
    responsible: str | None
    reminder_at: datetime | None


def counts(session: Session, user: User, *, mine: bool) -> dict[ToDo, int]:
    """How many companies of the member's firm, or of hers, there are of each kind. One statement."""
    numbers = session.execute(
        select(*(func.count().filter(_is(kind)) for kind in ToDo))
        .select_from(Standing)
        .join(Standing.company)
        .where(*_seen(user, mine), _any())
    ).one()
    return dict(zip(ToDo, numbers, strict=True))


def page_of(
    session: Session,
    user: User,
    *,
    mine: bool,
    kind: ToDo | None = None,
    after: str = "",
    size: int | None = None,
) -> Page[ToDoRow]:
    """What there is to do, the oldest first; of one kind if it is given. One statement.

    ``after`` is the cursor of the page before: the public id of its last company.
    """
    newest = newest_invitation()
    invitation = aliased(Invitation, newest)
    query = (
        select(Standing, Company, User.name, invitation, *_of(invitation))
        .join(Company, Company.id == Standing.company_id)
        .outerjoin(User, User.id == Company.responsible_id)
        .outerjoin(newest, true())
        .where(*_seen(user, mine), _is(kind) if kind else _any())
        .order_by(Standing.since, Standing.company_id)
    )
    if after:
        last = _place_of(after)
        query = query.where(tuple_(Standing.since, Standing.company_id) > last.scalar_subquery())
    return read_page(session, query, _row, lambda row: row.public_id, size)


def _seen(user: User, mine: bool) -> tuple[ColumnElement[bool], ...]:
    hers = Company.responsible_id == user.id if mine else true()
    return Standing.firm_id == user.firm_id, Company.archived_at.is_(None), hers


def _is(kind: ToDo) -> ColumnElement[bool]:
    found = Standing.reason.in_(REASONS[kind])
    return found & (Standing.since < now() - LONG) if kind is ToDo.WAITING else found


def _any() -> ColumnElement[bool]:
    return or_(*(_is(kind) for kind in ToDo))


def _place_of(public_id: str) -> Select[datetime, int]:
    return (
        select(Standing.since, Standing.company_id)
        .join(Company, Company.id == Standing.company_id)
        .where(Company.public_id == public_id)
    )


def _of(
    invitation: type[Invitation],
) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any]]:
    """What other tables say of the newest invitation: last seen, sent to, next reminder."""
    about = Letter.invitation_id == invitation.id
    sent = select(Letter.recipient).where(
        about,
        Letter.kind.in_(INVITING),
        Letter.kind.not_in(REMINDING),
        Letter.status != LetterStatus.CANCELLED,
    )
    planned = select(func.min(Letter.due_at)).where(
        about,
        Letter.kind.in_(REMINDING),
        Letter.status == LetterStatus.WAITING,
        invitation.reminders_paused_at.is_(None),
    )
    seen = select(func.max(InvitationKey.last_seen_at)).where(
        InvitationKey.invitation_id == invitation.id
    )
    return (
        seen.scalar_subquery(),
        sent.order_by(Letter.id.desc()).limit(1).scalar_subquery(),
        planned.scalar_subquery(),
    )


def _row(
    standing: Standing,
    company: Company,
    responsible: str | None,
    invitation: Invitation | None,
    seen_at: datetime | None,
    sent_to: str | None,
    reminder_at: datetime | None,
) -> ToDoRow:
    step = standing.step if invitation else None
    return ToDoRow(
        public_id=company.public_id,
        name=company.name,
        reason=standing.reason,
        since=standing.since,
        step=invitation.count_to(step) if invitation and step else None,
        steps=len(invitation.road) if invitation else len(Step),
        cause=standing.last_cause,
        seen_at=seen_at,
        sent_to=sent_to or None,
        responsible=responsible,
        reminder_at=reminder_at,
    )
