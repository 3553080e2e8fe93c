"""Signing in through the pages with npm's oidc-provider, and all that can be wrong with its answers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.identity_provider import new_key
from tests.support.oidc_provider import RealProvider
from tests.support.single_sign_on import provider_for
from wizard.jobs.identity import look_up_people
from wizard.models import AuditAction, AuditEntry, IdentityProvider, Role, StaffSession, User, now

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("oidc-provider")]
Open = Callable[..., Browser]


def at(provider: IdentityProvider, way: str = "") -> str:
    return f"/logga-in/med/{provider.public_id}{way}"


def known_here(real: RealProvider, session: Session, cast: Cast, name: str) -> IdentityProvider:
    """The provider, set up for the firm; some of its groups mean something."""
    provider = provider_for(
        session,
        (cast.firm, None),
        name=name,
        metadata_url=real.metadata_url,
        manager="chefer",
        support="hjälp",
    )
    real.redirect_uris = [f"http://localhost{at(provider, '/svar')}"]
    real.tell()
    return provider


@pytest.fixture
def provider(real: RealProvider, session: Session, cast: Cast) -> IdentityProvider:
    """It, at our firm."""
    return known_here(real, session, cast, "Byråns inloggning")


@pytest.fixture
def other(installed: Path, tmp_path: Path) -> Iterator[RealProvider]:
    """A second provider, with the same people."""
    olga = {"email": "olga@example.com", "email_verified": True, "name": "Olga Ek"}
    second = RealProvider(installed, tmp_path / "other.json", people={"olga": olga})
    second.start()
    try:
        yield second
    finally:
        second.stop()


def answer_of(opened: Browser, real: RealProvider, provider: IdentityProvider) -> dict[str, str]:
    """What the provider sends this browser back with."""
    return real.pages(opened.get(at(provider), 303).location, "olga")


def come_in(opened: Browser, real: RealProvider, provider: IdentityProvider) -> Page:
    answer = answer_of(opened, real, provider)
    return opened.get(at(provider, "/svar"), query_string=answer)


def reasons(session: Session) -> list[str]:
    """Why sign-ins were refused, as the audit trail tells it."""
    session.rollback()
    refused = select(AuditEntry.after).where(AuditEntry.action == AuditAction.SIGN_IN_REFUSED)
    return [(after or {})["reason"] for after in session.scalars(refused)]


def is_refused(opened: Browser, answer: Page, session: Session, reason: str) -> None:
    assert answer.status == 403
    assert opened.get("/foretag", 303).goes_to == "/logga-in"
    assert reasons(session) == [reason]


def test_a_first_sign_in_makes_an_account_and_the_next_ones_find_it(
    browser: Open, session: Session, cast: Cast, real: RealProvider, provider: IdentityProvider
) -> None:
    real.people["olga"] |= {"email": "ny@example.com", "name": "Nya Berg", "groups": []}
    real.tell()
    for _ in range(2):
        opened = browser()
        assert come_in(opened, real, provider).location == "/foretag"
        opened.get("/foretag", 200)
    made = session.scalars(select(User).where(User.identity_provider_id == provider.id)).one()
    assert (made.email, made.name, made.firm_id) == ("ny@example.com", "Nya Berg", cast.firm.id)


def test_other_groups_are_another_place_at_sign_in_and_within_the_hour(
    app: Flask, browser: Open, session: Session, real: RealProvider, provider: IdentityProvider
) -> None:
    real.people["olga"] |= {"email": "ny@example.com", "groups": ["chefer"]}
    real.tell()
    opened = browser()
    come_in(opened, real, provider)
    opened.get("/anvandare", 200)
    real.people["olga"]["groups"] = []
    real.tell()
    session.execute(update(StaffSession).values(looked_up_at=now() - timedelta(minutes=31)))
    session.commit()
    with app.app_context():
        look_up_people()
    opened.get("/foretag", 200)
    opened.get("/anvandare", 403)
    real.people["olga"]["groups"] = ["hjälp"]
    real.tell()
    again = browser()
    assert come_in(again, real, provider).location == "/support"
    assert session.scalars(select(User.role).where(User.email == "ny@example.com")).one() is (
        Role.SUPPORT
    )
    assert opened.get("/foretag", 303).goes_to == "/logga-in"


def test_who_has_left_is_out_within_the_hour(
    app: Flask, browser: Open, session: Session, real: RealProvider, provider: IdentityProvider
) -> None:
    opened = browser()
    come_in(opened, real, provider)
    opened.get("/foretag", 200)
    real.people.clear()
    real.tell()
    session.execute(update(StaffSession).values(looked_up_at=now() - timedelta(minutes=31)))
    session.commit()
    with app.app_context():
        look_up_people()
    assert opened.get("/foretag", 303).goes_to == "/logga-in"


def test_who_came_so_shows_who_she_is_at_the_provider(
    browser: Open, session: Session, real: RealProvider, provider: IdentityProvider
) -> None:
    real.people["olga"] |= {"email": "ny@example.com", "groups": ["chefer"]}
    real.tell()
    opened = browser()
    come_in(opened, real, provider)
    asked = opened.post("/anvandare/bjud-in", status=303)
    assert asked.goes_to == "/bekrafta"
    away = opened.get("/bekrafta/hos-leverantor?next=/konto", 303).location
    answer = real.pages(away, "olga")
    assert opened.get(at(provider, "/svar"), 303, query_string=answer).location == "/konto"
    opened.get("/konto/tva-steg", 200)
    again = opened.get("/bekrafta/hos-leverantor", 303).location
    session.execute(update(User).values(identity_subject="another"))
    session.commit()
    refused = opened.get(at(provider, "/svar"), 303, query_string=real.pages(again, "olga"))
    assert refused.goes_to == "/bekrafta"
    assert reasons(session) == ["another_person"]


def test_keys_are_rotated_between_question_and_answer(
    browser: Open, real: RealProvider, provider: IdentityProvider
) -> None:
    opened = browser()
    answer = answer_of(opened, real, provider)
    real.keys = [new_key("second")]
    real.tell()
    assert opened.get(at(provider, "/svar"), 303, query_string=answer).location == "/foretag"
    assert come_in(browser(), real, provider).location == "/foretag"


def test_a_nonce_of_another_attempt_signs_nobody_in(
    browser: Open, session: Session, real: RealProvider, provider: IdentityProvider
) -> None:
    opened = browser()
    answer = answer_of(opened, real, provider)
    with opened.client.session_transaction() as cookie:
        held = cookie["single_sign_on"]
        cookie["single_sign_on"] = {
            state: {**one, "attempt": {**one["attempt"], "nonce": "another"}}
            for state, one in held.items()
        }
    is_refused(opened, opened.get(at(provider, "/svar"), query_string=answer), session, "nonce")


def test_an_id_token_for_another_client_signs_nobody_in(
    browser: Open, session: Session, real: RealProvider, provider: IdentityProvider
) -> None:
    real.for_another = True
    real.tell()
    opened = browser()
    is_refused(opened, come_in(opened, real, provider), session, "audience")


def test_an_id_token_that_has_expired_signs_nobody_in(
    browser: Open, session: Session, real: RealProvider, provider: IdentityProvider
) -> None:
    real.id_tokens_live = 1
    real.tell()
    opened = browser()
    answer = answer_of(opened, real, provider)
    with time_machine.travel(now() + timedelta(minutes=5)):
        back = opened.get(at(provider, "/svar"), query_string=answer)
        is_refused(opened, back, session, "expired")


def test_a_provider_that_is_down_is_told_of_at_both_ends_and_is_up_again(
    browser: Open, session: Session, real: RealProvider, provider: IdentityProvider
) -> None:
    opened = browser()
    answer = answer_of(opened, real, provider)
    real.stop()
    page = opened.get(at(provider, "/svar"), 503, query_string=answer)
    assert "svarar inte som det ska" in page.words
    assert "svarar inte som det ska" in opened.get(at(provider), 503).words
    assert reasons(session) == []
    real.start()
    assert come_in(opened, real, provider).location == "/foretag"


def test_the_answers_of_two_providers_cannot_be_mixed_up(
    browser: Open,
    session: Session,
    cast: Cast,
    real: RealProvider,
    provider: IdentityProvider,
    other: RealProvider,
) -> None:
    second = known_here(other, session, cast, "Andra")
    opened = browser()
    ours, theirs = answer_of(opened, real, provider), answer_of(opened, other, second)
    to_us, to_them = at(provider, "/svar"), at(second, "/svar")
    # each at the other's address: no such attempt
    assert opened.get(to_us, 303, query_string=theirs).location == "/logga-in"
    assert opened.get(to_them, 303, query_string=ours).location == "/logga-in"
    # the other's code, in an answer to our question: the issuer is another
    mixed = {**theirs, "state": ours["state"]}
    is_refused(opened, opened.get(to_us, query_string=mixed), session, "mixed_up")
    # and with the issuer forged: our provider does not know the code
    again = answer_of(opened, real, provider)
    forged = {**theirs, "state": again["state"], "iss": real.url}
    assert opened.get(to_us, 403, query_string=forged)
    assert reasons(session) == ["mixed_up", "grant"]
    assert opened.get(to_them, 303, query_string=theirs).location == "/foretag"
