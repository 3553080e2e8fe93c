"""What each act does: by the service that does it when it is done to one alone, or to one person's companies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from wizard.models import BulkAct, BulkRow, Connection, Invitation, Role, User
from wizard.services.accounts.responsibility import name_responsible
from wizard.services.bulk.facts import Facts
from wizard.services.connections.disconnection import disconnect
from wizard.services.invitations import for_support, lifecycle, reminders, renewals
from wizard.services.invitations.mailing import Asked, mail_links, mail_together
from wizard.services.invitations.renewals import Renewable
from wizard.services.outbox import Addressee


@dataclass(frozen=True)
class Doing:
    """One company, just judged and locked, and who asked; ``provider`` is the one that is invited to."""

    session: Session
    facts: Facts
    staff: User
    row: BulkRow
    provider: str
    responsible: User | None

    @property
    def invitation(self) -> Invitation:
        """The open one, which the judgement has found."""
        if self.facts.invitation is None:
            raise ValueError("no invitation")
        return self.facts.invitation

    @property
    def connection(self) -> Connection:
        """The living one, which the judgement has found."""
        if self.facts.connection is None:
            raise ValueError("no connection")
        return self.facts.connection

    @property
    def to(self) -> Addressee:
        """Who is mailed: as the preview showed it."""
        row = self.row
        return Addressee(row.email or "", "en" if row.language == "en" else "sv", row.name)


def act_on(act: BulkAct, doings: Sequence[Doing]) -> None:
    """Do it to these: one company, or several of whose approver is the same. Commits, with what the caller has written."""
    EFFECTS[act](doings)
    doings[0].session.commit()


def _invite(doings: Sequence[Doing]) -> None:
    one = doings[0]
    asked = [Asked(each.facts.company, each.staff) for each in doings]
    mail_together(one.session, asked, one.provider, one.to)


def _renew(doings: Sequence[Doing]) -> None:
    one = doings[0]
    found = [
        Renewable(
            each.facts.company, each.connection.provider, one.to.email, one.to.name, one.to.language
        )
        for each in doings
    ]
    renewals.ask(one.session, found, one.staff, one.to)


def _remind(doings: Sequence[Doing]) -> None:
    reminders.send_next(doings[0].session, [each.invitation for each in doings])


def _mail_link(doings: Sequence[Doing]) -> None:
    """A member's invitation once more, to whom the last link was mailed; others' as support mails it."""
    one, letter = doings[0], doings[0].facts.letter
    if letter is None:
        raise ValueError("no letter")
    if one.staff.role is not Role.MEMBER:
        for_support.mail_link(one.session, one.invitation, one.staff, letter, asked=False)
        return
    to = Addressee(
        letter.recipient, "en" if letter.language == "en" else "sv", letter.recipient_name
    )
    mail_links(one.session, [each.invitation for each in doings], one.staff, to)


def _withdraw(doings: Sequence[Doing]) -> None:
    lifecycle.withdraw(doings[0].session, doings[0].invitation, doings[0].staff)


def _responsible(doings: Sequence[Doing]) -> None:
    name_responsible(doings[0].session, doings[0].facts.company, doings[0].responsible)


def _disconnect(doings: Sequence[Doing]) -> None:
    disconnect(doings[0].session, doings[0].connection, staff=doings[0].staff)


EFFECTS: dict[BulkAct, Callable[[Sequence[Doing]], None]] = {
    BulkAct.INVITE: _invite,
    BulkAct.REMIND: _remind,
    BulkAct.MAIL_LINK: _mail_link,
    BulkAct.WITHDRAW: _withdraw,
    BulkAct.RENEW: _renew,
    BulkAct.RESPONSIBLE: _responsible,
    BulkAct.DISCONNECT: _disconnect,
}
