"""The demo's data, and the invitation to try."""

import re
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.demo import logins
from wizard.demo.cast import OFFICES
from wizard.demo.seed import seed_if_empty
from wizard.demo.trial import open_invitation
from wizard.models import Company, Connection, Firm, InvitationStatus, Proof, User, now
from wizard.sandbox.cast import companies


def test_the_stand_in_knows_every_company_by_name_and_number() -> None:
    known = {
        company.name: re.sub(r"\D", "", company.number)[-10:]
        for company in companies.ALL
        if company.number
    }

    for office in OFFICES:
        assert office.companies.items() <= known.items()


def test_an_empty_database_is_filled_once(session: Session, tmp_path: Path) -> None:
    seed_if_empty(session, tmp_path)
    first = logins.kept(tmp_path)
    seed_if_empty(session, tmp_path)

    assert logins.kept(tmp_path) == first
    assert session.scalar(select(func.count(Firm.id))) == 2
    assert session.scalar(select(func.count(User.id))) == len(first)
    assert session.scalar(select(Company.name).order_by(Company.id)) == "Norrtälje Bokbinderi AB"


def test_a_database_in_use_is_left_alone(session: Session, cast: Cast, tmp_path: Path) -> None:
    seed_if_empty(session, tmp_path)

    assert session.scalars(select(Firm.name)).all() == [cast.firm.name, cast.other_firm.name]
    assert logins.kept(tmp_path) == []


def test_every_start_gives_a_new_link_to_the_same_invitation(session: Session, cast: Cast) -> None:
    first, second = open_invitation(session, "visma"), open_invitation(session, "visma")

    assert first
    assert second
    assert first.secret != second.secret
    assert first.invitation == second.invitation
    assert first.invitation.company_id == cast.company.id


def test_a_connected_company_is_passed_over(session: Session, cast: Cast) -> None:
    first = open_invitation(session, "visma")
    assert first
    first.invitation.status = InvitationStatus.CONNECTED
    connect(session, cast.company, first.invitation.id)

    second = open_invitation(session, "visma")

    assert second
    assert second.invitation.company_id == cast.other_company.id
    assert second.invitation.created_by_id == cast.stranger.id


def test_no_company_means_no_link(session: Session) -> None:
    assert open_invitation(session, "visma") is None


def connect(session: Session, company: Company, invitation_id: int) -> None:
    session.add(
        Connection(
            company_id=company.id,
            firm_id=company.firm_id,
            invitation_id=invitation_id,
            provider="visma",
            last_read_at=now(),
            proof=Proof.EMPTY,
        )
    )
    session.commit()
