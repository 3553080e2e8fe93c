"""Whether an act fits a company: each act for companies that stand in every way."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from tests.support import broken, bulk
from tests.support.cast import Cast
from wizard.models import (
    BulkAct,
    BulkReason,
    Company,
    Invitation,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    Role,
    now,
)
from wizard.services.bulk.facts import gather
from wizard.services.bulk.judging import MAY, judge, may
from wizard.services.companies import company_records
from wizard.services.imports import judging as imports
from wizard.services.imports import running as importing
from wizard.services.imports.judging import By
from wizard.services.invitations import lifecycle, reminders
from wizard.services.throttling.letter_caps import Caps

Stands = Callable[[Session, Cast], Company]


def fresh(session: Session, cast: Cast) -> Company:
    return bulk.company(session, cast.firm, 1)


def imported(session: Session, cast: Cast) -> Company:
    """Only added, with its contact."""
    company = bulk.company(session, cast.firm, 1)
    line = f"{company.organisation_number};Nytt 1 AB;vd@example.com;Vera Dahl"
    sessions = sessionmaker(session.get_bind(), expire_on_commit=False)
    found = imports.read(session, cast.firm, By(cast.owner), line)
    importing.start(session, found, invites=False)
    importing.run(importing.Work(sessions, "visma", Caps(1, 1, 1)), found.id)
    return company


def copied(session: Session, cast: Cast) -> Company:
    """Invited by a link that was copied."""
    company = bulk.company(session, cast.firm, 1)
    lifecycle.activate(session, company, "visma", cast.owner, KeyPurpose.COPIED)
    return company


def mailed(session: Session, cast: Cast) -> Company:
    return bulk.mailed(session, cast.firm, cast.owner, 1)


def mailed_now(session: Session, cast: Cast) -> Company:
    company = mailed(session, cast)
    session.execute(update(Letter).where(Letter.status == LetterStatus.SENT).values(sent_at=now()))
    session.commit()
    return company


def bounced(session: Session, cast: Cast) -> Company:
    company = mailed(session, cast)
    sent = update(Letter).where(Letter.kind == LetterKind.INVITATION)
    session.execute(sent.values(status=LetterStatus.BOUNCED))
    session.commit()
    return company


def paused(session: Session, cast: Cast) -> Company:
    company = mailed(session, cast)
    invitation = lifecycle.living_invitation(session, company)
    assert invitation
    reminders.pause(session, invitation, cast.owner)
    return company


def archived(session: Session, cast: Cast) -> Company:
    company = mailed(session, cast)
    company_records.archive(session, company)
    return company


def expired(session: Session, cast: Cast) -> Company:
    company = mailed(session, cast)
    session.execute(update(Invitation).values(expires_at=now()))
    session.commit()
    return company


def connected(session: Session, cast: Cast) -> Company:
    return broken.connect(session, cast.firm, cast.owner, 1).company


def to_renew(session: Session, cast: Cast) -> Company:
    return bulk.broken_one(session, cast.firm, cast.owner, 1).company


def unnamed(session: Session, cast: Cast) -> Company:
    """To be renewed, and nobody knows who approved."""
    found = broken.connect(session, cast.firm, cast.owner, 1, approver_email=None)
    broken.need_renewal(session, found)
    return found.company


def renewing(session: Session, cast: Cast) -> Company:
    company = to_renew(session, cast)
    lifecycle.activate(session, company, "visma", cast.owner, KeyPurpose.COPIED)
    return company


R = BulkReason
FITS = None
Verdicts = dict[BulkAct, BulkReason | None]
NEVER_CONNECTED: Verdicts = dict.fromkeys(
    (BulkAct.CHECK, BulkAct.DISCONNECT, BulkAct.RENEW), R.NOT_CONNECTED
)
NEVER_INVITED: Verdicts = dict.fromkeys(
    (BulkAct.REMIND, BulkAct.MAIL_LINK, BulkAct.WITHDRAW), R.NOT_INVITED
)
OPEN: Verdicts = NEVER_CONNECTED | {BulkAct.INVITE: R.INVITED, BulkAct.WITHDRAW: FITS}
READABLE: Verdicts = NEVER_INVITED | {
    BulkAct.CHECK: FITS,
    BulkAct.DISCONNECT: FITS,
    BulkAct.INVITE: R.CONNECTED,
}
# Each company, and what each act but that of the responsible person comes to.
TABLE: list[tuple[Stands, Verdicts]] = [
    (fresh, NEVER_CONNECTED | NEVER_INVITED | {BulkAct.INVITE: R.NO_ADDRESS}),
    (imported, NEVER_CONNECTED | NEVER_INVITED | {BulkAct.INVITE: FITS}),
    (expired, NEVER_CONNECTED | NEVER_INVITED | {BulkAct.INVITE: FITS}),
    (copied, OPEN | {BulkAct.REMIND: R.NO_REMINDER, BulkAct.MAIL_LINK: R.NO_ADDRESS}),
    (mailed, OPEN | {BulkAct.REMIND: FITS, BulkAct.MAIL_LINK: FITS}),
    (mailed_now, OPEN | {BulkAct.REMIND: R.MAILED_LATELY, BulkAct.MAIL_LINK: R.MAILED_LATELY}),
    (bounced, OPEN | {BulkAct.REMIND: R.BOUNCED, BulkAct.MAIL_LINK: R.BOUNCED}),
    (paused, OPEN | {BulkAct.REMIND: R.PAUSED, BulkAct.MAIL_LINK: FITS}),
    (archived, OPEN | {BulkAct.REMIND: R.ARCHIVED, BulkAct.MAIL_LINK: R.ARCHIVED}),
    (connected, READABLE | {BulkAct.RENEW: R.WORKS}),
    (to_renew, READABLE | {BulkAct.RENEW: FITS}),
    (unnamed, READABLE | {BulkAct.RENEW: R.NO_ADDRESS}),
    (
        renewing,
        READABLE
        | {
            BulkAct.RENEW: R.INVITED,
            BulkAct.REMIND: R.NO_REMINDER,
            BulkAct.MAIL_LINK: R.NO_ADDRESS,
            BulkAct.WITHDRAW: FITS,
        },
    ),
]


@pytest.mark.parametrize(
    ("stands", "verdicts"), TABLE, ids=lambda each: getattr(each, "__name__", "")
)
def test_what_each_act_comes_to(
    session: Session, cast: Cast, stands: Stands, verdicts: Verdicts
) -> None:
    company = stands(session, cast)
    session.expire_all()
    (facts,) = gather(session, [company.id])
    found = {act: judge(act, facts).reason for act in BulkAct if act is not BulkAct.RESPONSIBLE}
    assert found == verdicts


def test_who_is_responsible_already_is_not_made_so_again(session: Session, cast: Cast) -> None:
    company = mailed(session, cast)  # which makes her responsible
    (facts,) = gather(session, [company.id])
    hers = judge(BulkAct.RESPONSIBLE, facts, cast.owner.id)
    others = judge(BulkAct.RESPONSIBLE, facts, cast.colleague.id)
    assert (hers.reason, others.reason) == (R.RESPONSIBLE_ALREADY, None)
    assert judge(BulkAct.RESPONSIBLE, facts, None).reason is None


def test_each_may_do_to_many_what_she_may_do_to_one(cast: Cast) -> None:
    assert set(MAY) == set(Role)
    assert all(may(cast.owner, act) for act in BulkAct)
    assert [act for act in BulkAct if may(cast.support, act)] == [BulkAct.CHECK, BulkAct.MAIL_LINK]
    assert [act for act in BulkAct if may(cast.admin, act)] == [
        BulkAct.CHECK,
        BulkAct.MAIL_LINK,
        BulkAct.DISCONNECT,
    ]
    cast.admin.active = False
    assert not any(may(cast.admin, act) for act in BulkAct)
