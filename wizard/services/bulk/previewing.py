"""The preview of a bulk action: every company's fate, stored, so that what is confirmed is what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from wizard.models import AuditAction, BulkAct, BulkAction, BulkFate, BulkRow, Company, User, now
from wizard.services.accounts.responsibility import NotAColleagueError
from wizard.services.audit.trail import About, record
from wizard.services.bulk.facts import Facts, gather
from wizard.services.bulk.judging import judge, may
from wizard.services.companies import company_list
from wizard.services.companies.company_directory import seen_by
from wizard.services.companies.company_list import MOST_COUNTED, Wanted

MOST = 5000  # companies
AT_A_TIME = 500


class NothingChosenError(Exception):
    """No company that she may see is ticked, or matches."""


class TooManyError(Exception):
    """More than 5,000 companies, or a search that finds more than it looks through."""


class NotAllowedError(Exception):
    """She may not do this to one company."""


@dataclass(frozen=True)
class Wish:
    """What is to be done; ``to`` is who is to be responsible, where that is it."""

    act: BulkAct
    to: User | None = None


def ticked(session: Session, user: User, public_ids: Sequence[str]) -> list[int]:
    """The ids of these companies, as far as she may see them. One statement. Raises TooManyError."""
    if len(public_ids) > MOST:
        raise TooManyError
    mine = select(Company.id).where(Company.public_id.in_(public_ids), seen_by(user))
    return list(session.scalars(mine.order_by(Company.id)))


def of_list(session: Session, user: User, wanted: Wanted) -> list[int]:
    """The ids of all companies that a list shows. Raises TooManyError."""
    found = company_list.ids(session, user, wanted, MOST + 1)
    most = MOST_COUNTED if wanted.search else MOST
    if len(found) > most:
        raise TooManyError
    return found


def preview(
    session: Session,
    user: User,
    wish: Wish,
    company_ids: Sequence[int],
    asked: dict[str, str] | None = None,
) -> BulkAction:
    """Judge each company and store its fate; nothing else happens. Commits.

    ``asked`` is kept: the list, and what narrowed it where all in it are meant. Raises NothingChosenError,
    NotAllowedError, or NotAColleagueError.
    """
    if not may(user, wish.act):
        raise NotAllowedError
    if wish.to and (not wish.to.active or wish.to.firm_id != user.firm_id):
        raise NotAColleagueError
    if not company_ids:
        raise NothingChosenError
    found = BulkAction(
        firm_id=user.firm_id,
        made_by_id=user.id,
        act=wish.act,
        responsible_id=wish.to.id if wish.to else None,
        asked=asked or {},
    )
    session.add(found)
    session.flush()
    for start in range(0, len(company_ids), AT_A_TIME):
        some = gather(session, company_ids[start : start + AT_A_TIME])
        if some:
            session.execute(insert(BulkRow), [_row(found, facts) for facts in some])
    about = About(found, found.public_id, firm_id=found.firm_id)
    after = {"done": "bulk_previewed", "number": len(company_ids)}
    record(session, AuditAction.BULK_DONE, about, after=after)
    session.commit()
    return found


def _row(found: BulkAction, facts: Facts) -> dict[str, object]:
    verdict = judge(found.act, facts, found.responsible_id)
    hers = verdict.email == facts.email
    return {
        "bulk_id": found.id,
        "company_id": facts.company.id,
        "fate": BulkFate.WILL_NOT if verdict.reason else BulkFate.WILL,
        "reason": verdict.reason,
        "seen": verdict.seen,
        "email": verdict.email,
        "name": facts.name if hers else None,
        "language": facts.language if hers else None,
        "done_at": now() if verdict.reason else None,
    }
