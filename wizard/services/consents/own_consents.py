"""All that a person has approved, at whatever firm: asked for by her address, and shown by a mailed link.

The link shows that she reads mail there. It works for an hour, and until another is mailed.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    any_,
    exists,
    false,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session, aliased, joinedload

from wizard.models import (
    Consent,
    ConsentsKey,
    Contact,
    Letter,
    LetterKind,
    now,
)
from wizard.services import outbox
from wizard.services.crypto.digests import digest, new_secret, secret_in
from wizard.services.outbox import Addressee, Language
from wizard.services.pages import Page, number_in, read_page
from wizard.services.values.email_addresses import clean_email

LIVES = timedelta(hours=1)


@dataclass(frozen=True)
class Approved:
    """A consent with its connection; ``is_hers``: the newest of that connection is, or may be, the same person's."""

    consent: Consent
    is_replaced: bool
    is_hers: bool

    @property
    def may_end(self) -> bool:
        """True if a living connection rests on her permission; the newest consent alone offers to end it."""
        return self.consent.connection.is_living and not self.is_replaced


def ask(session: Session, email: str, language: Language) -> None:
    """Mail a link to an address that somebody typed, if something was approved by it. Commits.

    Whether something was is not looked up here: the letter is dropped when it is about to be sent,
    so that neither the answer nor its time tells. EmailInvalidError for what is no address.
    """
    outbox.post_to_approver(
        session, LetterKind.CONSENTS_LINK, Addressee(clean_email(email), language)
    )
    session.commit()


def is_wanted(session: Session, letter: Letter) -> bool:
    """True if something was approved by the letter's address, and its reader may still wait for it."""
    if now() - letter.created_at > LIVES:
        return False
    return bool(session.scalar(select(exists().where(_of(func.lower(letter.recipient))))))


def make_key(session: Session, letter: Letter) -> str:
    """Create a key for the letter that is about to be sent; earlier ones end. The caller commits."""
    earlier = select(Letter.id).where(
        func.lower(Letter.recipient) == func.lower(letter.recipient),
        Letter.kind == LetterKind.CONSENTS_LINK,
    )
    session.execute(
        update(ConsentsKey)
        .where(ConsentsKey.letter_id.in_(earlier), ConsentsKey.ended_at.is_(None))
        .values(ended_at=now())
    )
    secret = new_secret()
    session.add(ConsentsKey(letter_id=letter.id, secret_hash=digest(secret)))
    return secret


def find_key(session: Session, secret: str) -> ConsentsKey | None:
    """The key with this secret that still works; else None. Writes nothing, since scanners follow links."""
    return session.scalar(
        select(ConsentsKey).where(ConsentsKey.secret_hash == digest(secret_in(secret)), *_works())
    )


def address_of(session: Session, key_id: int | None) -> str | None:
    """The address that the key was mailed to; None when it has ended."""
    return session.scalar(select(_address(key_id))) if key_id else None


def address_on(session: Session, key_id: int | None, consent: Consent) -> Addressee | None:
    """The address of a held key, if this consent is one that it opens: where its reader surely reads mail."""
    if key_id is None:
        return None
    of_it = exists().where(Consent.id == consent.id, opened_by(key_id))
    found = session.execute(
        select(Letter.recipient, Letter.language)
        .join(ConsentsKey, ConsentsKey.letter_id == Letter.id)
        .where(ConsentsKey.id == key_id, of_it)
    ).one_or_none()
    return Addressee(found[0], "en" if found[1] == "en" else "sv") if found else None


def opened_by(key_id: int | None) -> ColumnElement[bool]:
    """The filter for consents that a held key opens: those of its address, while it works."""
    return _of(_address(key_id)) if key_id else false()


def approved(session: Session, key_id: int, after: str = "") -> Page[Approved]:
    """A page of what the key opens, newest first, with each connection. One statement."""
    newest = aliased(Consent)
    at_last = select(func.max(newest.id)).where(newest.connection_id == Consent.connection_id)
    hers = func.lower(newest.approver_email) == func.lower(Consent.approver_email)
    before = number_in(after)
    query = (
        select(Consent, newest.id != Consent.id, func.coalesce(hers, newest.id == Consent.id))
        .join(Consent.connection)
        .join(newest, newest.id == at_last.correlate(Consent).scalar_subquery())
        .where(opened_by(key_id), Consent.id < before if before else true())
        .order_by(Consent.id.desc())
        .options(joinedload(Consent.connection, innerjoin=True))
    )
    return read_page(session, query, Approved, lambda one: one.consent.id)


def _address(key_id: int | None) -> ScalarSelect[str]:
    return (
        select(func.lower(Letter.recipient))
        .join(ConsentsKey, ConsentsKey.letter_id == Letter.id)
        .where(ConsentsKey.id == key_id, Letter.recipient != "", *_works())
        .scalar_subquery()
    )


def _works() -> tuple[ColumnElement[bool], ...]:
    return ConsentsKey.ended_at.is_(None), ConsentsKey.made_at > now() - LIVES


def _of(address: ColumnElement[str] | ScalarSelect[str]) -> ColumnElement[bool]:
    """The consents of an address: by the provider's word, or as the contact's whose link was used."""
    hers = select(Contact.id).where(func.lower(Contact.email) == address).scalar_subquery()
    as_contact = Consent.contact_id == any_(
        func.array(hers)
    )  # by its index, as IN would not beside OR
    return or_(func.lower(Consent.approver_email) == address, as_contact)
