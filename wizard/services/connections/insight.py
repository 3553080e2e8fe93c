"""What an approver may know of what her permission was used for, and her question to the firm about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, Select, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    Actor,
    Consent,
    Event,
    EventKind,
    Invitation,
    LetterKind,
    now,
)
from wizard.models.event import OPENED
from wizard.services import outbox
from wizard.services.concurrency.locks import hold
from wizard.services.history import record
from wizard.services.pages import Page, number_in, read_page

ASKED_ANEW = timedelta(days=30)  # until then one question of a receipt is one letter to the firm
MOST_COUNTED = 1000  # so that the page takes as long whatever the number
PAGE = 20


class AskedAlreadyError(Exception):
    """The receipt's reader has asked within thirty days."""


@dataclass(frozen=True)
class Summary:
    """How many documents were opened by a consent, at most one more than are counted, and when last.

    ``asked_at``: when the receipt's reader asked to know more, if it was within thirty days.
    """

    number: int
    last_at: datetime | None
    asked_at: datetime | None

    @property
    def is_more(self) -> bool:
        """True if there are more than are counted."""
        return self.number > MOST_COUNTED


def summary(session: Session, consent: Consent, invitation: Invitation) -> Summary:
    """What was opened by this consent, while it was the one that counted. One statement."""
    some = _opened(consent).with_only_columns(Event.at).limit(MOST_COUNTED + 1).subquery()
    asked = _asked(invitation).with_only_columns(func.max(Event.at)).scalar_subquery()
    return Summary(*session.execute(select(func.count(), func.max(some.c.at), asked)).one())


def openings(session: Session, consent: Consent, after: str = "") -> Page[Event]:
    """A page of those openings, newest first, each with who did it. One statement."""
    query = _opened(consent, number_in(after)).options(joinedload(Event.user))
    return read_page(session, query, lambda event: event, lambda event: event.id, PAGE)


def ask(session: Session, consent: Consent, invitation: Invitation, words: str | None) -> None:
    """Mail the firm's responsible person that the approver wants to know more, with her words. Commits.

    Raises AskedAlreadyError, also for two at once.
    """
    hold(session, consent.connection)
    if session.scalar(_asked(invitation).with_only_columns(Event.id).limit(1)):
        session.rollback()
        raise AskedAlreadyError
    kind, connection = EventKind.INSIGHT_ASKED, consent.connection
    record(session, kind, invitation, connection=connection, actor=Actor.APPROVER, note=words)
    outbox.post_to_sender(
        session, LetterKind.INSIGHT_ASKED, invitation, words=words, consent=consent
    )
    session.commit()


def _opened(consent: Consent, before: int | None = None) -> Select[Event]:
    """The openings from this consent until another person's took its place, in the order of their index."""
    company_id = consent.connection.company_id
    within = [
        Event.company_id == company_id,
        Event.connection_id == consent.connection_id,
        Event.at >= consent.approved_at,
        Event.at < func.coalesce(_replaced_at(consent), func.now() + timedelta(days=1)),
    ]
    if before is not None:
        within.append(tuple_(Event.company_id, Event.id) < tuple_(company_id, before))
    return select(Event).where(OPENED, *within).order_by(Event.company_id.desc(), Event.id.desc())


def _replaced_at(consent: Consent) -> ScalarSelect[datetime]:
    """When another person first renewed; who is not known to be the same counts as another."""
    newer = [Consent.connection_id == consent.connection_id, Consent.id > consent.id]
    if consent.approver_email:
        named = func.lower(func.coalesce(Consent.approver_email, ""))
        newer.append(named != func.lower(consent.approver_email))
    return select(func.min(Consent.approved_at)).where(*newer).scalar_subquery()


def _asked(invitation: Invitation) -> Select[Event]:
    return select(Event).where(
        Event.invitation_id == invitation.id,
        Event.kind == EventKind.INSIGHT_ASKED,
        Event.at > now() - ASKED_ANEW,
    )
