"""flask user: creates accounts and ends sessions."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.cli.running import run
from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser
from wizard.models import Role
from wizard.services.accounts import staff


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
    ("typed", "sentence"),
    [
        ("Sommaren 2026!", "gissas först"),
        ("Ann-Sofi Ekwall 1", "för likt personens namn"),
        ("1234567890123", "ett datum"),
        ("abcabcabcabcabc", "en upprepning"),
    ],
)
def test_user_create_says_why_a_password_is_refused(app: Flask, typed: str, sentence: str) -> None:
    done = run(
        app, "user", "create", "--email=ansofi@example.com", "--name=Ann-Sofi Ekwall",
        "--role=admin", "--password=-", typed=f"{typed}\n",
    )  # fmt: skip
    assert (done.exit_code, sentence in done.output) == (1, True), done.output


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
def test_user_create_reports_invalid_values(
    app: Flask, options: tuple[str, ...], sentence: str
) -> None:
    done = run(app, "user", "create", *options, typed="kort\n")
    assert done.exit_code == 1
    assert sentence in done.output


def test_user_create_with_an_unknown_role_is_a_usage_error(app: Flask) -> None:
    done = run(app, "user", "create", "--email=a@example.com", "--name=A", "--role=boss")
    assert done.exit_code == 2


def test_user_sign_out_ends_the_sessions_of_that_person(app: Flask, cast: Cast) -> None:
    owner, colleague = Browser.open(app, cast.owner), Browser.open(app, cast.colleague)
    assert run(app, "user", "sign-out", f"--email={cast.owner.email}").exit_code == 0
    assert owner.get("/foretag").status == 303
    assert colleague.get("/foretag").status == 200


def test_user_sign_out_reports_an_unknown_address(app: Flask) -> None:
    done = run(app, "user", "sign-out", "--email=nobody@example.com")
    assert (done.exit_code, "Ingen har ett konto" in done.output) == (1, True)
