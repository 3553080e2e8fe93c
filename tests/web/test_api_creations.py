"""A creation asked for twice, at once or after a kill, makes one thing; what is repeated is never a secret."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform, Reply
from tests.support.cast import Cast
from wizard.models import (
    Company,
    Creation,
    Invitation,
    InvitationKey,
    Letter,
    LetterKind,
    now,
)
from wizard.services.api import idempotency

NEW = {"name": "Norrtälje Bokbinderi AB", "organisation_number": "559900-1079"}


@pytest.fixture
def platform(app: Flask, session: Session, cast: Cast) -> Platform:
    """With a key to the cast's firm."""
    return Platform.of(app, session, cast.firm)


@pytest.fixture
def other(app: Flask, session: Session, cast: Cast) -> Platform:
    """With a key to the other firm."""
    return Platform.of(app, session, cast.other_firm)


def test_a_creation_sent_again_makes_nothing_more(
    platform: Platform, session: Session, cast: Cast
) -> None:
    repeated = {"headers": {"Idempotency-Key": '"8e03978e-40d5"'}}
    path = f"/companies/{cast.company.public_id}/invitations"
    first = platform.post(path, {}, 201, **repeated).body
    second = platform.post(path, {}, 201, **repeated).body
    assert second["id"] == first["id"]
    assert second["link"] != first["link"]
    differs = platform.post(path, {"language": "en"}, 409, **repeated)
    assert differs.cause == "creation_differs"
    platform.post(f"/invitations/{first['id']}/withdraw", status=200)
    after = platform.post(path, {}, 201, **repeated).body
    assert (after["id"], after["status"], after["link"]) == (first["id"], "withdrawn", None)
    assert len(session.scalars(select(Invitation)).all()) == 1
    secret = first["link"].rpartition("/")[2]
    kept = session.scalars(select(InvitationKey.secret_hash)).all()
    assert secret.encode() not in kept


def test_a_company_sent_again_is_the_same_company(platform: Platform, other: Platform) -> None:
    repeated = {"headers": {"Idempotency-Key": "one"}}
    first = platform.post("/companies", NEW, 201, **repeated)
    assert platform.post("/companies", NEW, 201, **repeated).body == first.body
    assert other.post("/companies", NEW, 201, **repeated).body["id"] != first.body["id"]


@pytest.mark.parametrize("key", ["x" * 256, "å", ""])
def test_an_idempotency_key_of_no_use_is_refused(platform: Platform, key: str) -> None:
    refused = platform.post("/companies", NEW, 422, headers={"Idempotency-Key": key})
    assert refused.body["errors"][0]["pointer"] == "Idempotency-Key"


def test_twenty_of_the_same_creation_at_once_make_one_thing(
    app: Flask, platform: Platform, session: Session
) -> None:
    def create(_: int) -> Reply:
        own = Platform(app.test_client(), platform.secret)
        return own.post("/companies", NEW, headers={"Idempotency-Key": "at-once"})

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(create, range(20)))
    made = [answer for answer in answers if answer.status == 201]
    busy = [answer for answer in answers if answer.status == 409]
    assert made
    assert len(made) + len(busy) == 20
    assert {answer.cause for answer in busy} <= {"creation_in_progress"}
    assert len({answer.body["id"] for answer in made}) == 1
    assert len(session.scalars(select(Company).where(Company.name == NEW["name"])).all()) == 1
    assert platform.post("/companies", NEW, 201, headers={"Idempotency-Key": "at-once"})


def test_a_creation_killed_before_its_answer_is_taken_up(
    app: Flask, platform: Platform, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    repeated: dict[str, Any] = {"headers": {"Idempotency-Key": "killed"}}
    with monkeypatch.context() as dying:
        dying.setattr(Session, "merge", die)
        with pytest.raises(KeyboardInterrupt):
            platform.post("/companies", NEW, **repeated)
    made = session.scalars(select(Company).where(Company.name == NEW["name"])).one()
    assert session.scalars(select(Creation)).one().made is None
    assert platform.post("/companies", NEW, 201, **repeated).body["id"] == made.public_id


def test_a_creation_killed_after_its_letter_mails_no_second(
    make_app: Callable[..., Flask], session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = make_app(smtp_host="127.0.0.1", smtp_security="none", mail_sender="g@example.com")
    platform = Platform.of(mailing, session, cast.firm)
    path = f"/companies/{cast.company.public_id}/invitations"
    sent: dict[str, Any] = {
        "body": {"email": "frida@example.com"},
        "headers": {"Idempotency-Key": "k"},
    }
    commit = Session.commit

    def die(self: Session) -> None:
        commit(self)
        if self.scalars(select(Letter.id).where(Letter.kind == LetterKind.INVITATION)).all():
            raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(Session, "commit", die)
        with pytest.raises(KeyboardInterrupt):
            platform.post(path, **sent)
    first = session.scalars(select(Letter).where(Letter.kind == LetterKind.INVITATION)).one()
    again = platform.post(path, status=201, **sent).body
    assert again["id"] == first.its_invitation.public_id
    assert session.scalars(select(Letter.id).where(Letter.kind == LetterKind.INVITATION)).all() == [
        first.id
    ]


def test_a_creation_is_forgotten_after_a_day(
    platform: Platform, session: Session, cast: Cast
) -> None:
    repeated = {"headers": {"Idempotency-Key": "daily"}}
    path = f"/companies/{cast.company.public_id}/invitations"
    platform.post(path, {}, 201, **repeated)
    with time_machine.travel(now() + timedelta(hours=25)):
        platform.post(path, {"language": "en"}, 201, **repeated)
    with time_machine.travel(now() + timedelta(hours=50)):
        assert idempotency.forget_old(session) == 1
