"""Letters of a firm to one contact that go as one mail: which they are, locked so that ten workers make one.

The first that is taken up takes the others along: all that wait untried. From then on they are tried,
sent and given up together. Each stays a letter of its own invitation, so that all that asks what was
sent about an invitation finds it there.
"""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from wizard.models import Invitation, Letter, LetterStatus, now
from wizard.services.concurrency.locks import wait_for_turn
from wizard.services.invitations.mailing import MOST_IN_ONE
from wizard.services.letters.kinds import LETTERS


def hold(session: Session, letter_id: int, *, gather: bool = False) -> list[Letter]:
    """A letter and those that go in the same mail, it first; all locked, their invitations before them.

    ``gather`` takes along what waits for the same contact, if the letter is due and was never tried.
    Empty if there is no such letter.
    """
    found = session.scalar(select(Letter).where(Letter.id == letter_id))
    if found is None:
        return []
    if LETTERS[found.kind].together is None or found.contact_id is None:
        return _locked(session, [letter_id], letter_id)
    wait_for_turn(session, f"letters to contact {found.contact_id}")
    bound = _bound(session, letter_id)
    joining = _joining(session, letter_id) if gather and bound == [letter_id] else []
    locked = _locked(session, [*bound, *joining], letter_id)
    return [one for one in locked if one.id in bound or _may_join(session, one)]


def go(letters: list[Letter], lease_until: datetime) -> Letter:
    """Let these go in one mail, tried once more until then; returns the one whose mail it is."""
    ids = {one.id for one in letters}
    leads = next((one for one in letters if one.together_id not in ids), letters[0])
    leads.together_id = None
    leads.tries += 1
    leads.due_at = lease_until
    for one in letters:
        if one is not leads:
            one.together_id, one.tries, one.due_at = leads.id, leads.tries, lease_until
    return leads


def _bound(session: Session, letter_id: int) -> list[int]:
    """The ids of those that go with it, and its own."""
    its = select(Letter.together_id).where(Letter.id == letter_id)
    first = session.scalar(its) or letter_id
    all_of_them = or_(Letter.id == first, Letter.together_id == first)
    return list(session.scalars(select(Letter.id).where(all_of_them).order_by(Letter.id)))


def _joining(session: Session, letter_id: int) -> list[int]:
    """The ids of those that wait untried for the same contact, in the same programme, if it may lead them."""
    leads = session.scalar(
        select(Letter)
        .where(Letter.id == letter_id)
        .options(joinedload(Letter.invitation))
        .execution_options(populate_existing=True)
    )
    if leads is None or leads.tries or leads.due_at > now() or leads.invitation is None:
        return []
    together = LETTERS[leads.kind].together
    if together is None or leads.status is not LetterStatus.WAITING:
        return []
    kinds = [kind for kind, facts in LETTERS.items() if facts.together == together]
    others = (
        select(Letter.id)
        .join(Letter.invitation)
        .where(
            Letter.contact_id == leads.contact_id,
            Letter.kind.in_(kinds),
            Letter.status == LetterStatus.WAITING,
            Letter.tries == 0,
            Letter.due_at <= now() + together.ahead,
            Letter.id != letter_id,
            Letter.invitation_id != leads.invitation_id,
            Invitation.provider == leads.invitation.provider,
        )
        .ext(distinct_on(Letter.invitation_id))
        .order_by(Letter.invitation_id, Letter.due_at, Letter.id)
        .limit(MOST_IN_ONE - 1)
    )
    return list(session.scalars(others))


def _may_join(session: Session, letter: Letter) -> bool:
    free = letter.status is LetterStatus.WAITING and not letter.tries and letter.together_id is None
    return free and LETTERS[letter.kind].is_true(session, letter)


def _locked(session: Session, ids: list[int], letter_id: int) -> list[Letter]:
    """These letters, the one asked for first; their invitations are locked before them, in one order."""
    invitations = select(Letter.invitation_id).where(Letter.id.in_(ids))
    session.scalars(
        select(Invitation)
        .where(Invitation.id.in_(invitations))
        .order_by(Invitation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    letters = session.scalars(
        select(Letter)
        .where(Letter.id.in_(ids))
        .order_by(Letter.id)
        .options(
            joinedload(Letter.invitation).joinedload(Invitation.created_by),
            joinedload(Letter.firm),
            joinedload(Letter.made_by),
        )
        .with_for_update(of=Letter)
        .execution_options(populate_existing=True)
    ).all()
    return sorted(letters, key=lambda one: (one.id != letter_id, one.id))
