"""The daily summary: how everything is, mailed once a day to staff who have asked for it.

Written from how things are when it is sent. A day on which nobody has anything to do is left out.
"""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from wizard.models import ALL_FIRMS, Letter, LetterKind, User, now
from wizard.models.api import STOCKHOLM
from wizard.services import outbox
from wizard.services.desk import needs
from wizard.services.desk.needs import Need
from wizard.services.desk.overview import Side, outages, overview, sides
from wizard.services.letters.draft import Draft
from wizard.services.outbox import STAFF_LANGUAGE, Addressee, Language
from wizard.services.warnings.refusals import held_until

BATCH = 100


def post_due(session: Session, hour: int) -> int:
    """Put today's summaries in the outbox from this hour in Stockholm on; how many people were gone through.

    Commits. Each person is marked in the transaction of her letter, so that she gets one a day however many
    workers there are. Call it until it returns 0.
    """
    at = now().astimezone(STOCKHOLM)
    if at.hour < hour:
        return 0
    due = session.scalars(
        select(User)
        .where(
            User.daily_summary,
            User.active,
            or_(User.summed_up_on.is_(None), User.summed_up_on < at.date()),
        )
        .order_by(User.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for user in due:
        user.summed_up_on = at.date()
        if not _is_empty(session, user):
            to = Addressee(user.email, cast("Language", user.language or STAFF_LANGUAGE), user.name)
            kind, firm_id = LetterKind.DAILY_SUMMARY, user.firm_id
            outbox.post_to_account(session, kind, to, firm_id=firm_id, topic=user.public_id)
    session.commit()
    return len(due)


def is_wanted(session: Session, letter: Letter) -> bool:
    """Whether she still works here and wants it, and the day is not over."""
    user = _reader(session, letter)
    wants = user is not None and user.active and user.daily_summary
    return wants and _day(letter.created_at) == _day(now())


def contents(draft: Draft) -> dict[str, Any]:
    """What needs somebody first, and whose move it is for how many, with the lists."""
    user = _reader(draft.session, draft.letter)
    firm_id = user.firm_id if user and user.firm_id else ALL_FIRMS
    rows, need = _state(draft.session, firm_id)
    return {
        "rows": rows,
        "need": need,
        "until": held_until(need.outage) if need and need.outage else None,
        "of_firm": firm_id != ALL_FIRMS,
        "moves": draft.addresses.moves,
        "account": draft.addresses.account,
    }


def _state(session: Session, firm_id: int) -> tuple[list[Side], Need | None]:
    if firm_id == ALL_FIRMS:
        found = overview(session)
        return found.sides, needs.first_need(found)
    rows = sides(session, firm_id)
    return rows, needs.first_need_of_firm(rows, outages(session))


def _is_empty(session: Session, user: User) -> bool:
    rows, need = _state(session, user.firm_id or ALL_FIRMS)
    return need is None and not any(row.number for row in rows)


def _reader(session: Session, letter: Letter) -> User | None:
    return session.scalar(select(User).where(User.public_id == letter.topic))


def _day(moment: datetime) -> date:
    return moment.astimezone(STOCKHOLM).date()
