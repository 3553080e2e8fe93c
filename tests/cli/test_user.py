"""flask user: accounts are created, invited, closed and opened, and get roles and passwords."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cli.running import run
from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser
from tests.support.mail_server import MailServer, send_due, text_of
from wizard.models import AuditActor, AuditEntry, Role, User, now
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
    assert signed_in.user.must_change_password


@pytest.mark.parametrize("verb", ["create", "set-password"])
def test_a_password_that_is_kept_need_not_be_changed(
    app: Flask, session: Session, cast: Cast, verb: str
) -> None:
    email = cast.owner.email if verb == "set-password" else "ny@example.com"
    more = ("--name=Nina Ny", "--role=support") if verb == "create" else ()
    done = run(app, "user", verb, f"--email={email}", *more, "--keep")
    assert "bytas" not in done.output
    session.expire_all()
    signed_in = staff.sign_in(session, email, done.output.split()[-1], None)
    assert not signed_in.user.must_change_password


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
        ("98765432109876", "ett datum"),
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


def test_user_list_tells_of_every_account(app: Flask, cast: Cast) -> None:
    run(app, "user", "deactivate", f"--email={cast.owner.email}")
    lines = run(app, "user", "list").output.splitlines()
    assert len(lines) == 5
    assert "olga@example.com  Olga Ek  member  Byrån AB  inaktiverat  –" in lines
    assert "adam@example.com  Adam Al  admin  –  aktivt  –" in lines


def test_user_invite_and_reset_password_mail_links(
    make_app: Callable[..., Flask], cast: Cast, mail_server: MailServer
) -> None:
    app = make_app(**mail_server.settings)
    options = ("--name=Nina Ny", "--role=member", f"--firm={cast.firm.name}")
    assert run(app, "user", "invite", "--email=ny@example.com", *options).exit_code == 0
    assert run(app, "user", "reset-password", f"--email={cast.owner.email}").exit_code == 0
    refused = run(app, "user", "invite", f"--email={cast.owner.email}", *options)
    assert "redan ett konto" in refused.output
    evil = ("--name=Anna evil.app/x", *options[1:])
    assert (
        "webb- eller mejladress"
        in run(app, "user", "invite", "--email=a@example.com", *evil).output
    )
    send_due(app)
    assert {to for each in mail_server.envelopes for to in each.rcpt_tos} == {
        "ny@example.com", cast.owner.email,
    }  # fmt: skip
    for letter in mail_server.letters:
        assert "http://localhost/losenord/" in text_of(letter)


@pytest.mark.parametrize(
    "words",
    [("invite", "--name=A", "--role=admin"), ("reset-password",)],
    ids=lambda words: words[0],
)
def test_without_a_mail_server_no_link_is_promised(
    app: Flask, cast: Cast, words: tuple[str, ...]
) -> None:
    done = run(app, "user", *words, f"--email={cast.owner.email}")
    assert (done.exit_code, "WIZARD_SMTP_HOST" in done.output) == (1, True)


def test_user_deactivate_and_activate_close_and_open(app: Flask, cast: Cast) -> None:
    owner = Browser.open(app, cast.owner)
    assert run(app, "user", "deactivate", f"--email={cast.owner.email}").exit_code == 0
    assert owner.get("/foretag").status == 303
    assert run(app, "user", "activate", f"--email={cast.owner.email}").exit_code == 0
    assert owner.get("/foretag").status == 303


def test_user_deactivate_says_why_not(app: Flask, cast: Cast) -> None:
    last = run(app, "user", "deactivate", f"--email={cast.admin.email}")
    assert "den enda admin" in last.output
    heir = ("--hand-to", cast.stranger.email)
    other = run(app, "user", "deactivate", f"--email={cast.owner.email}", *heir)
    assert "kollega" in other.output


def test_user_set_role_changes_role_firm_and_mark(app: Flask, session: Session, cast: Cast) -> None:
    email = f"--email={cast.owner.email}"
    run(app, "user", "set-role", email, "--role=member", "--manages-members")
    assert session.get_one(User, cast.owner.id, populate_existing=True).may_manage_members
    run(app, "user", "set-role", email, "--role=support")
    user = session.get_one(User, cast.owner.id, populate_existing=True)
    assert (user.role, user.firm_id, user.may_manage_members) == (Role.SUPPORT, None, False)
    wrong = run(app, "user", "set-role", email, "--role=support", "--manages-members")
    assert wrong.exit_code == 2
    actors = {(entry.actor, entry.actor_name) for entry in session.scalars(select(AuditEntry))}
    assert {actor for actor, _ in actors} == {AuditActor.COMMAND}


def test_user_set_password_reads_one_and_ends_sessions(
    app: Flask, session: Session, cast: Cast
) -> None:
    owner = Browser.open(app, cast.owner)
    words = ("set-password", f"--email={cast.owner.email}", "--password=-")
    new = "ovanliga fiskar cyklar baklänges"
    done = run(app, "user", *words, typed=f"{new}\n")
    assert new not in done.output
    assert owner.get("/foretag").status == 303
    session.expire_all()
    assert staff.sign_in(session, cast.owner.email, new, None).user.must_change_password
    assert run(app, "user", *words, typed="kort\n").exit_code == 1


def test_a_second_factor_that_is_lost_is_reset(app: Flask, session: Session, cast: Cast) -> None:
    owner = session.get_one(User, cast.owner.id)
    token = staff.sign_in(session, owner.email, PASSWORD, None).token
    owner.totp_confirmed_at = now()
    session.commit()
    assert staff.sign_in(session, owner.email, PASSWORD, None).at_half
    done = run(app, "user", "reset-second-factor", f"--email={owner.email}")
    assert "ingen andra faktor" in done.output
    session.expire_all()
    assert staff.signed_in(session, token) is None
    assert not staff.sign_in(session, owner.email, PASSWORD, None).at_half
