"""flask invitation: prints only the link, or how many were told."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.cli.running import run
from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Company,
    Invitation,
    InvitationKey,
    KeyPurpose,
    Letter,
    LetterKind,
    Promise,
    now,
)
from wizard.services.invitations import lifecycle

INVITE = ("invitation", "create", "--organisation-number", "16556012-5790", "--name", "Nya AB")


def test_invitation_create_without_a_firm_finds_the_one_that_has_it(
    app: Flask, session: Session, cast: Cast
) -> None:
    number = cast.other_company.organisation_number
    done = run(app, "invitation", "create", f"--organisation-number={number}", "--name=X")
    assert done.exit_code == 0, done.output
    assert done.stderr == f"Inbjudan görs hos {cast.other_firm.name}.\n"
    assert session.scalars(select(Company).where(Company.organisation_number == number)).one()


@pytest.mark.usefixtures("firm")
def test_invitation_create_prints_a_link_that_opens_and_nothing_else(app: Flask) -> None:
    done = run(app, *INVITE)
    address = done.stdout.removesuffix("\n")
    assert address.startswith("http://localhost/k/")
    browser = Browser.open(app)
    opened = browser.follow(browser.get(address.removeprefix("http://localhost")))
    assert "Nya AB" in browser.follow(opened).words


def test_invitation_mended_says_how_many_were_told(
    app: Flask, session: Session, cast: Cast
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    attempt = Authorization(
        invitation_id=link.invitation.id,
        key_id=session.scalars(select(InvitationKey.id)).one(),
        state_hash=b"s" * 32,
        browser_hash=b"b" * 32,
        status=AuthorizationStatus.FAILED,
        cause="our_configuration",
        ended_at=now(),
    )
    session.add(attempt)
    session.flush()
    session.add(Promise(authorization_id=attempt.id, recipient="anna@example.com", language="sv"))
    session.commit()
    assert [run(app, "invitation", "mended").stdout for _ in range(2)] == ["1\n", "0\n"]
    again = Letter.kind == LetterKind.APPROVE_AGAIN
    assert session.scalars(select(Letter.recipient).where(again)).all() == ["anna@example.com"]


@pytest.mark.usefixtures("firm")
def test_invitation_create_twice_gives_two_links_to_one_invitation(
    app: Flask, session: Session
) -> None:
    links = {run(app, *INVITE).stdout, run(app, *INVITE).stdout}
    assert len(links) == 2
    assert session.scalar(select(func.count(Invitation.id))) == 1
    assert session.scalar(select(func.count(Company.id))) == 1


@pytest.mark.usefixtures("firm")
def test_invitation_create_refuses_a_wrong_number_and_prints_no_link(app: Flask) -> None:
    done = run(app, "invitation", "create", "--organisation-number=556012-5791", "--name=Nya AB")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "stämmer inte" in done.stderr
