"""Who has an account: the list, one account, and the keys that its owner made."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true
from sqlalchemy.orm import Session, contains_eager

from wizard.models import ApiKey, Firm, Passkey, Role, User
from wizard.services.accounts.staff import UserUnknownError
from wizard.services.pages import Page, read_page
from wizard.services.values.email_addresses import EmailInvalidError, clean_email


@dataclass(frozen=True)
class Row:
    """An account and its second factor: a passkey, a code, both or neither."""

    user: User
    has_passkey: bool

    @property
    def has_code(self) -> bool:
        """True if codes of an app were proved."""
        return self.user.totp_confirmed_at is not None


def list_page(session: Session, by: User | None, search: str = "", after: str = "") -> Page[Row]:
    """A page of the accounts that ``by`` looks after, by mail address, in one statement.

    ``search`` is the beginning of a name, an address or a firm's name; ``after`` the last page's cursor.
    """
    query = _accounts(by).where(User.email > after, _matches(search)).order_by(User.email)
    return read_page(session, query, Row, lambda row: row.user.email)


def find(session: Session, by: User | None, public_id: str) -> Row | None:
    """The account with this public id, if ``by`` looks after it. One statement."""
    line = session.execute(_accounts(by).where(User.public_id == public_id)).one_or_none()
    return Row(*line) if line else None


def find_by_email(session: Session, email: str) -> User:
    """The account with this address, however it is written. Raises UserUnknownError."""
    try:
        address = clean_email(email)
    except EmailInvalidError:
        raise UserUnknownError from None
    user = session.scalar(select(User).where(User.email == address))
    if user is None:
        raise UserUnknownError
    return user


def keys_of(session: Session, user: User) -> list[ApiKey]:
    """The keys to the API that she made and that still work; they belong to their firms."""
    hers = (ApiKey.created_by_id == user.id, ApiKey.revoked_at.is_(None))
    found = select(ApiKey).join(ApiKey.firm).where(*hers).options(contains_eager(ApiKey.firm))
    return list(session.scalars(found.order_by(ApiKey.id.desc())))


def manages_accounts(user: User) -> bool:
    """True for an admin, and for a member who may look after the accounts of her firm."""
    return user.role is Role.ADMIN or (user.role is Role.MEMBER and user.may_manage_members)


def _accounts(by: User | None) -> Select[User, bool]:
    has_passkey = exists().where(Passkey.user_id == User.id)
    found = select(User, has_passkey).outerjoin(User.firm).options(contains_eager(User.firm))
    return found.where(User.name != "", _looked_after(by))  # an account forgotten has no name


def _looked_after(by: User | None) -> ColumnElement[bool]:
    """All accounts for an admin or a command, the members of her firm for a member."""
    if by is None or by.role is Role.ADMIN:
        return true()
    if not manages_accounts(by):
        return false()
    return (User.role == Role.MEMBER) & (User.firm_id == by.firm_id)


def _matches(search: str) -> ColumnElement[bool]:
    if not search:
        return true()
    columns = (User.name, User.email, Firm.name)
    return or_(*(column.istartswith(search, autoescape=True) for column in columns))
