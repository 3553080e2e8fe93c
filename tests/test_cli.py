"""The commands: what they print, and what they say when they cannot."""

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.cast import PASSWORD, Cast
from tests.client import Browser
from tests.minting import APPROVER, connect
from tests.standin import StandIn
from wizard.models import Company, Connection, Invitation, Pace, Role, now
from wizard.services import staff
from wizard.services.pacing import AWAY_AFTER

INVITE = ("invitation", "create", "--organisation-number", "16556012-5790", "--name", "Nya AB")


@pytest.fixture
def firm(app: Flask) -> str:
    """The name of the only firm."""
    done = run(app, "firm", "create", "--name", "Byrån AB", *CONTACT)
    assert done.exit_code == 0, done.output
    return "Byrån AB"


CONTACT = (
    "--contact-name=Britta Berg",
    "--contact-email=britta@example.com",
    "--contact-phone=08-123 45 67",
)


def run(app: Flask, *arguments: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(arguments), input=typed)


def test_user_create_prints_a_password_that_signs_in(
    app: Flask, session: Session, firm: str
) -> None:
    done = run(
        app, "user", "create", "--email=Olga@Example.com", "--name=Olga Ek", "--role=member",
        f"--firm={firm}",
    )  # fmt: skip
    password = done.output.split()[-1]
    signed_in = staff.sign_in(session, "olga@example.com", password, "192.0.2.1")
    assert (signed_in.user.name, signed_in.user.role) == ("Olga Ek", Role.MEMBER)


def test_user_create_takes_a_password_from_standard_input_and_prints_none(
    app: Flask, session: Session
) -> None:
    done = run(
        app, "user", "create", "--email=a@example.com", "--name=A", "--role=admin", "--password=-",
        typed=f"{PASSWORD}\n",
    )  # fmt: skip
    assert PASSWORD not in done.output
    assert staff.sign_in(session, "a@example.com", PASSWORD, None)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--email=a@", "--name=A", "--role=admin"), "går att mejla till"),
        (("--email=olga@example.com", "--name=A", "--role=admin"), "redan ett konto"),
        (("--email=a@example.com", "--name=A", "--role=admin", "--firm=Byrån AB"), "ange --firm"),
        (
            ("--email=a@example.com", "--name=A", "--role=member", "--firm=X"),
            "Det finns ingen byrå",
        ),
        (("--email=a@example.com", "--name= ", "--role=admin"), "1 till 200 tecken"),
        (("--email=a@example.com", "--name=A", "--role=admin", "--password=-"), "12 till 200"),
    ],
)
@pytest.mark.usefixtures("cast")
def test_user_create_says_what_is_wrong(
    app: Flask, options: tuple[str, ...], sentence: str
) -> None:
    done = run(app, "user", "create", *options, typed="kort\n")
    assert done.exit_code == 1
    assert sentence in done.output


def test_user_create_with_an_unknown_role_is_a_wrong_use(app: Flask) -> None:
    done = run(app, "user", "create", "--email=a@example.com", "--name=A", "--role=boss")
    assert done.exit_code == 2


def test_user_sign_out_ends_the_sessions_of_that_person(app: Flask, cast: Cast) -> None:
    owner, colleague = Browser.open(app, cast.owner), Browser.open(app, cast.colleague)
    assert run(app, "user", "sign-out", f"--email={cast.owner.email}").exit_code == 0
    assert owner.get("/foretag").status == 303
    assert colleague.get("/foretag").status == 200


def test_user_sign_out_of_nobody_says_so(app: Flask) -> None:
    done = run(app, "user", "sign-out", "--email=nobody@example.com")
    assert (done.exit_code, "Ingen har ett konto" in done.output) == (1, True)


def test_company_create_adds_it_to_the_only_firm(app: Flask, session: Session, firm: str) -> None:
    done = run(app, "company", "create", "--organisation-number=556012-5790", "--name=Nya AB")
    assert done.output == f"Nya AB är tillagt hos {firm}.\n"
    assert session.scalars(select(Company.organisation_number)).all() == ["5560125790"]


def test_company_create_without_a_firm_goes_to_the_oldest(app: Flask, cast: Cast) -> None:
    done = run(app, "company", "create", "--organisation-number=556703-7485", "--name=Nya AB")
    assert done.output == f"Nya AB är tillagt hos {cast.firm.name}.\n"


def test_invitation_create_without_a_firm_finds_the_one_that_has_it(
    app: Flask, session: Session, cast: Cast
) -> None:
    number = cast.other_company.organisation_number
    done = run(app, "invitation", "create", f"--organisation-number={number}", "--name=X")
    assert done.exit_code == 0, done.output
    assert session.scalars(select(Company).where(Company.organisation_number == number)).one()


def test_a_firm_is_needed_before_anything_else(app: Flask) -> None:
    done = run(app, "company", "create", "--organisation-number=556012-5790", "--name=Nya AB")
    assert (done.exit_code, "flask firm create" in done.output) == (1, True)


@pytest.mark.usefixtures("firm")
def test_company_create_twice_says_that_it_is_there(app: Flask) -> None:
    same = ("company", "create", "--organisation-number=556012-5790", "--name=Nya AB")
    assert run(app, *same).exit_code == 0
    done = run(app, *same)
    assert (done.exit_code, "redan ett företag" in done.output) == (1, True)


@pytest.mark.usefixtures("firm")
def test_firm_create_twice_says_that_it_is_there(app: Flask) -> None:
    done = run(app, "firm", "create", "--name=Byrån AB", *CONTACT)
    assert (done.exit_code, "redan en byrå" in done.output) == (1, True)


@pytest.mark.usefixtures("firm")
def test_invitation_create_prints_a_link_that_opens_and_nothing_else(app: Flask) -> None:
    done = run(app, *INVITE)
    address = done.stdout.removesuffix("\n")
    assert address.startswith("http://localhost/k/")
    browser = Browser.open(app)
    opened = browser.follow(browser.get(address.removeprefix("http://localhost")))
    assert "Nya AB" in browser.follow(opened).words


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


def test_connection_check_prints_a_line_each_and_fails_when_one_is_not_active(
    visma_app: Flask, visma: StandIn
) -> None:
    connect(visma_app, visma, 2)
    done = run(visma_app, "connection", "check")
    assert (done.exit_code, done.output.count("559900-1079 Norrtälje Bokbinderi AB")) == (0, 2)
    assert done.output.count(": Aktiv\n") == 2
    visma.happens("permission_lost", APPROVER)
    done = run(visma_app, "connection", "check", "--organisation-number", "559900-1079")
    assert done.exit_code == 1
    assert ": Behöver förnyas (approver_gone)" in done.output
    assert "2 av 2 kopplingar är inte aktiva." in done.output


def test_connection_check_says_when_nothing_could_be_read(
    visma_app: Flask, visma: StandIn, session: Session
) -> None:
    [connection_id] = connect(visma_app, visma)
    visma.fail("companysettings", "error_code", 4010)
    firm = session.get_one(Connection, connection_id).firm.name
    done = run(visma_app, "connection", "check", "--firm", firm)
    assert done.exit_code == 1
    assert ": Aktiv (inte läst nu)" in done.output


def test_connection_check_needs_no_worker_to_see_that_an_outage_is_over(
    visma_app: Flask, visma: StandIn, session: Session
) -> None:
    connect(visma_app, visma)
    session.add(Pace(provider="visma", work="check", next_slot_at=now(), failures=AWAY_AFTER))
    session.commit()
    assert run(visma_app, "connection", "check").exit_code == 0
    session.expire_all()
    assert session.scalars(select(Pace.failures)).all() == [0]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--organisation-number", "12"], "Organisationsnumret stämmer inte."),
        (["--organisation-number", "556012-5790"], "Det finns ingen sådan koppling."),
        (["--firm", "Ingen AB"], "Det finns ingen byrå med det namnet."),
        ([], "Det finns ingen sådan koppling."),
    ],
)
def test_connection_check_says_what_it_does_not_find(
    app: Flask, options: list[str], sentence: str
) -> None:
    done = run(app, "connection", "check", *options)
    assert done.exit_code == 1
    assert sentence in done.output
