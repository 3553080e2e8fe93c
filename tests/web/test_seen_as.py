"""Se som hon: an approver's page as support sees it, at every step and for every cause."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.web.test_support import Open
from wizard.causes import CAUSES, Cause
from wizard.models import (
    AuditAction,
    AuditEntry,
    Authorization,
    AuthorizationStatus,
    Event,
    EventKind,
    InvitationKey,
    InvitationStatus,
    KeyPurpose,
    RequirementAnswer,
    Step,
    now,
)
from wizard.services.crypto.digests import digest
from wizard.services.invitations import lifecycle
from wizard.services.invitations.lifecycle import Link

WHY = "Hon är i telefon"
SECRETS = ("/k/", "/kvitto/", "/losenord/", "/overlamning/", "till-inloggning")


@pytest.fixture
def link(session: Session, cast: Cast) -> Link:
    lifecycle.activate(session, cast.other_company, "visma", cast.stranger, KeyPurpose.COPIED)
    return lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)


def see(siv: Browser, cast: Cast, reason: str = WHY) -> Page:
    return siv.post(f"/support/{cast.company.public_id}/se-som-hon", {"reason": reason}, 200)


def key_of(session: Session, link: Link) -> InvitationKey:
    return session.scalars(
        select(InvitationKey).where(InvitationKey.invitation_id == link.invitation.id)
    ).one()


def check_still(page: Page, session: Session, cast: Cast, link: Link, before: object) -> None:
    """Nothing of the page does anything, tells a secret or of others, or was noted as seen."""
    assert page.tree is not None
    assert [*page.tree.iter("form"), *page.tree.iter("script")] == []
    for tag in ("button", "input", "select", "textarea"):
        assert all(each.get("disabled") is not None for each in page.tree.iter(tag))
    ways = {href for href in page.links if href and not href.startswith("#")}
    assert ways == {f"/support/{cast.company.public_id}"}
    assert not any(secret in page.text for secret in (*SECRETS, link.secret, "csrf_token"))
    assert cast.other_company.name not in page.text
    assert "Set-Cookie" not in page.headers
    assert "form-action 'none'" in page.headers["Content-Security-Policy"]
    assert "script-src 'none'" in page.headers["Content-Security-Policy"]
    assert state_of(session, link) == before


def state_of(session: Session, link: Link) -> object:
    session.expire_all()
    key = key_of(session, link)
    kept = (key.step, key.last_seen_at, key.permission_answer, key.invitation.started_at)
    return kept, key.invitation.status, len(session.scalars(select(Authorization)).all())


@pytest.mark.parametrize("answer", [None, *RequirementAnswer])
@pytest.mark.parametrize("step", Step)
def test_every_step_is_shown_as_it_is_and_still(
    browser: Open,
    cast: Cast,
    session: Session,
    link: Link,
    step: Step,
    answer: RequirementAnswer | None,
) -> None:
    key = key_of(session, link)
    key.step, key.permission_answer, key.bookkeeping_answer = step, answer, answer
    if answer is RequirementAnswer.NOT_FOUND:
        key.bookkeeping_answer = RequirementAnswer.UNSURE
    session.commit()
    before = state_of(session, link)
    hers = browser().arrive(f"/k/{link.secret}")
    page = see(browser(cast.support), cast)
    assert page.heading == hers.heading
    check_still(page, session, cast, link, before)


def attempt(
    app: Flask, session: Session, link: Link, status: AuthorizationStatus, cause: str | None
) -> None:
    vault = app.extensions["vault"]
    made = Authorization(
        invitation_id=link.invitation.id,
        key_id=key_of(session, link).id,
        state_hash=digest("state"),
        browser_hash=digest("hers"),
        status=status,
        cause=cause,
        ended_at=now() if status is AuthorizationStatus.FAILED else None,
    )
    session.add(made)
    session.flush()
    made.chosen_company = vault.seal("5566778899 Hemliga Bolaget AB", made, "chosen_company")
    link.invitation.status, link.invitation.started_at = InvitationStatus.STARTED, now()
    session.commit()


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_is_shown_without_the_name_of_the_wrong_company(
    app: Flask, browser: Open, cast: Cast, session: Session, link: Link, cause: Cause
) -> None:
    attempt(app, session, link, AuthorizationStatus.FAILED, cause.value)
    before = state_of(session, link)
    page = see(browser(cast.support), cast)
    check_still(page, session, cast, link, before)
    assert "Hemliga" not in page.text
    assert "556677" not in page.text
    if cause is Cause.WRONG_COMPANY:
        assert "annat företag" in page.words


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (AuthorizationStatus.AWAY, None),
        (AuthorizationStatus.RETURNED, None),
        (AuthorizationStatus.CHECKING, Cause.PROVIDER_UNAVAILABLE.value),
        (AuthorizationStatus.CHECKING, Cause.OUR_CONFIGURATION.value),
    ],
)
def test_every_wait_is_shown_still(
    app: Flask,
    browser: Open,
    cast: Cast,
    session: Session,
    link: Link,
    status: AuthorizationStatus,
    cause: str | None,
) -> None:
    attempt(app, session, link, status, cause)
    before = state_of(session, link)
    check_still(see(browser(cast.support), cast), session, cast, link, before)


@pytest.mark.parametrize("end", [one for one in InvitationStatus if one.value != "connected"][3:])
def test_every_end_is_shown_still(
    browser: Open, cast: Cast, session: Session, link: Link, end: InvitationStatus
) -> None:
    link.invitation.status, link.invitation.ended_at = end, now()
    session.commit()
    before = state_of(session, link)
    check_still(see(browser(cast.support), cast), session, cast, link, before)


def test_the_firm_and_the_audit_trail_read_who_looked_and_why(
    browser: Open, cast: Cast, session: Session, link: Link
) -> None:
    see(browser(cast.support), cast)
    event = session.scalars(select(Event).where(Event.kind == EventKind.SEEN_AS)).one()
    assert (event.user_id, event.note) == (cast.support.id, WHY)
    words = browser(cast.owner).get(f"/foretag/{cast.company.public_id}", 200).words
    assert f"Support tittade på godkännarens sida: ”{WHY}” (Siv Lind)" in words
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.SEEN_AS)
    ).one()
    assert (entry.user_id, entry.after) == (cast.support.id, {"reason": WHY})
    assert (entry.object_id, entry.firm_id) == (cast.company.public_id, cast.firm.id)


@pytest.mark.parametrize("reason", ["", "  ", "Gå till evil.app/skatt"])
def test_nobody_looks_without_a_reason_that_the_firm_may_read(
    browser: Open, cast: Cast, session: Session, link: Link, reason: str
) -> None:
    page = see(browser(cast.support), cast, reason)
    assert page.heading == "Se som hon"
    assert session.scalar(select(Event.id).where(Event.kind == EventKind.SEEN_AS)) is None
    asked = browser(cast.support).get(f"/support/{cast.company.public_id}/se-som-hon", 200)
    assert "Byrån AB ser i historiken" in asked.words
    assert session.scalar(select(Event.id).where(Event.kind == EventKind.SEEN_AS)) is None


def test_another_companys_link_is_not_shown(
    browser: Open, cast: Cast, session: Session, link: Link
) -> None:
    other = session.scalars(
        select(InvitationKey).where(InvitationKey.invitation_id != link.invitation.id)
    ).one()
    path = f"/support/{cast.company.public_id}/se-som-hon?lank={other.id}"
    page = browser(cast.support).post(path, {"reason": WHY}, 303)
    assert page.location == f"/support/{cast.company.public_id}"
    assert session.scalar(select(Event.id).where(Event.kind == EventKind.SEEN_AS)) is None
