"""Searching the list of companies: each way has an index, and finds no more than is counted."""

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, select, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from wizard.models import (
    Company,
    CompanyWord,
    Connection,
    Invitation,
    Letter,
    Standing,
    User,
    reference_key,
    sort_key,
    words_of,
)
from wizard.organisation_digits import digits_of, ten_digits
from wizard.services.companies.support_search import code_in
from wizard.services.values.email_addresses import pasted_email
from wizard.services.values.search import DIGITS

AFTER_ALL = "\U0010ffff"


def found_by(
    search: str, firm_id: int | None, wanted: list[ColumnElement[bool]], most: int
) -> Select[int]:
    """The ids of companies that the text finds, at most so many each way, of one firm or of all.

    By the start of any word of the name (each word of the text is the start of one), the beginning of the
    organisation number however it is written, of the own reference, an invitation's code, or the mail
    address of an approver or of who invited. ``wanted`` are conditions on standings and companies.
    """
    base = (
        select(Standing.company_id).join(Company, Company.id == Standing.company_id).where(*wanted)
    )
    ways = _of_address(base, search) if "@" in search else _of_text(base, search, firm_id)
    found = [select(way.limit(most).subquery().c[0]) for way in ways]
    return select(union(*found).subquery().c[0]) if found else select(Company.id).where(false())


def _of_text(base: Select[int], search: str, firm_id: int | None) -> list[Select[int]]:
    ways = [base.where(_referred(search))]
    if words := sorted(words_of(sort_key(search)), key=len):
        ways.append(_named(base, words, firm_id))
    digits = digits_of(search)
    if DIGITS.fullmatch(digits):
        number = ten_digits(digits) or digits[:10]
        ways.append(base.where(Company.organisation_number.between(number, number.ljust(10, "9"))))
    if code := code_in(search):
        of_code = select(Invitation.company_id).where(Invitation.code == code)
        ways.append(base.where(Standing.company_id.in_(of_code)))
    return ways


def _named(base: Select[int], words: list[str], firm_id: int | None) -> Select[int]:
    """The longest word leads, since it finds the fewest; each of the others has to be there too."""
    *others, longest = words
    named = base.join(CompanyWord, CompanyWord.company_id == Standing.company_id)
    named = named.where(*_begins(CompanyWord.word, longest))
    if firm_id is not None:
        named = named.where(CompanyWord.firm_id == firm_id)
    for word in others:
        one = aliased(CompanyWord)
        begun = _begins(one.word, word)
        named = named.where(exists().where(one.company_id == Standing.company_id, *begun))
    return named


def _begins(word: InstrumentedAttribute[str], start: str) -> tuple[ColumnElement[bool], ...]:
    """As a range, which an index has whatever it begins with."""
    return word >= start, word < start + AFTER_ALL


def _referred(search: str) -> ColumnElement[bool]:
    key = reference_key(search) or ""
    begun = Company.reference_key.startswith(key, autoescape=True)
    return and_(Company.reference_key.is_not(None), begun)


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
