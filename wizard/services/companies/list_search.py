"""Searching the list of companies: each way has an index, and finds no more than is counted."""

from sqlalchemy import ColumnElement, Select, false, func, select, union
from sqlalchemy.orm import Session

from wizard.models import (
    Company,
    CompanyWord,
    Connection,
    Invitation,
    Letter,
    Standing,
    User,
    sort_key,
    words_of,
)
from wizard.services.companies.begun_words import rarest_first, with_words
from wizard.services.companies.support_search import code_in
from wizard.services.values.email_addresses import pasted_email
from wizard.services.values.search import numbered, referred


def found_by(
    session: Session,
    search: str,
    firm_id: int | None,
    wanted: list[ColumnElement[bool]],
    most: int,
    *,
    of_companies: bool = False,
) -> Select[int]:
    """The ids of companies that the text finds, at most so many each way, of one firm or of all.

    By the start of any word of the name (each word of the text is the start of one), the beginning of the
    organisation number however it is written, of the own reference, an invitation's code, or the mail
    address of an approver or of who invited. ``wanted`` are conditions on standings, and on companies if
    it is ``of_companies``.
    """
    base = select(Standing.company_id).where(*wanted)
    if of_companies:
        base = base.where(Company.id == Standing.company_id)
    ways = _of_address(base, search) if "@" in search else _of_text(session, base, search, firm_id)
    found = [select(way.limit(most).subquery().c[0]) for way in ways]
    return select(union(*found).subquery().c[0]) if found else select(Company.id).where(false())


def _of_text(
    session: Session, base: Select[int], search: str, firm_id: int | None
) -> list[Select[int]]:
    of_company = base.where(Company.id == Standing.company_id)
    ways = [of_company.where(referred(search))]
    if words := words_of(sort_key(search)):
        words = rarest_first(session, CompanyWord.company_id, words)
        ways.append(_named(base, words, firm_id))
    ways += [of_company.where(number) for number in numbered(search)]
    if code := code_in(search):
        of_code = select(Invitation.company_id).where(Invitation.code == code)
        ways.append(base.where(Standing.company_id.in_(of_code)))
    return ways


def _named(base: Select[int], words: list[str], firm_id: int | None) -> Select[int]:
    named = base.join(CompanyWord, CompanyWord.company_id == Standing.company_id)
    named = with_words(named, CompanyWord.company_id, words)
    return named if firm_id is None else named.where(CompanyWord.firm_id == firm_id)


def _of_address(base: Select[int], search: str) -> list[Select[int]]:
    """Of whom the address has invited, approved for, or received a letter about."""
    address = pasted_email(search).lower()
    sender = select(User.id).where(User.email == address).scalar_subquery()
    written = select(Invitation.company_id).join(Letter, Letter.invitation_id == Invitation.id)
    of = (
        select(Invitation.company_id).where(Invitation.created_by_id == sender),
        select(Connection.company_id).where(func.lower(Connection.approver_email) == address),
        written.where(func.lower(Letter.recipient) == address),
    )
    return [base.where(Standing.company_id.in_(ids)) for ids in of]
