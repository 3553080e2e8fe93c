"""The admin's pages of receivers of webhooks."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.receiver import Receiver
from tests.support.transactions import Statements
from tests.support.webhooks import connect
from wizard.extensions import vault
from wizard.jobs.worker import work
from wizard.models import (
    EventKind,
    PauseReason,
    User,
    WebhookAttempt,
    WebhookMessage,
    WebhookOutcome,
    WebhookReceiver,
    WebhookType,
    now,
)
from wizard.services import pages
from wizard.services.history import record
from wizard.services.webhooks import receivers
from wizard.services.webhooks.receivers import SUBSCRIBABLE, Wishes

Open = Callable[..., Browser]
ALL = [kind.value for kind in SUBSCRIBABLE]
URL = "https://analys.example.se/webhooks"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(webhook_local=True)


@pytest.fixture
def listening() -> Iterator[Receiver]:
    with Receiver.start() as receiver:
        yield receiver


def form(**changes: object) -> dict[str, object]:
    facts = {"firm": "Byrån AB", "url": URL, "description": "Analys", "types": ALL}
    return {**facts, **changes}


def make(app: Flask, session: Session, cast: Cast, url: str = URL) -> WebhookReceiver:
    with app.app_context():
        wishes = Wishes(url, "Analys", list(SUBSCRIBABLE))
        return receivers.create(session, vault, cast.firm, wishes)


def at(known: WebhookReceiver, word: str = "") -> str:
    return f"/admin/webhooks/{known.public_id}{word}"


def errors(page: Page) -> bool:
    assert page.tree is not None
    return (page.tree.findtext("head/title") or "").strip().startswith("Fel:")


def happen(session: Session, cast: Cast, times: int) -> None:
    connection = connect(session, cast.company)
    for number in range(times):
        kind = EventKind.RESTORED if number % 2 else EventKind.DISTURBED
        record(session, kind, connection=connection)
    session.commit()


@pytest.mark.parametrize("who", ["owner", "support"])
def test_only_an_admin_sees_receivers(
    app: Flask, browser: Open, cast: Cast, session: Session, who: str
) -> None:
    known = make(app, session, cast)
    user: User = getattr(cast, who)
    for path in ("/admin/webhooks", "/admin/webhooks/ny", at(known), at(known, "/andra")):
        browser(user).get(path, 403)
    for word in ("nyckel", "byt-nyckel", "prova", "pausa", "skicka-igen", "ta-bort"):
        browser(user).post(at(known, f"/{word}"), status=403)
    browser(cast.admin).get("/admin/webhooks/okand", 404)


def test_index_says_how_each_receiver_is_doing(
    app: Flask, browser: Open, cast: Cast, session: Session, statements: Callable[[], Statements]
) -> None:
    empty = browser(cast.admin).get("/admin/webhooks", 200)
    assert "Inga mottagare än" in empty.words
    assert "/api/v1/#webhooks" in empty.links
    changes: list[dict[str, object]] = [
        {},
        {"last_taken_at": now()},
        {"failing_since": now()},
        {"paused_at": now(), "paused_why": PauseReason.DEAD},
    ]
    for number, change in enumerate(changes):
        known = make(app, session, cast)
        for name, value in {"description": f"Nr {number}", **change}.items():
            setattr(known, name, value)
    session.commit()
    happen(session, cast, 3)
    admin = browser(cast.admin)
    with statements() as sent:
        page = admin.get("/admin/webhooks", 200)
    assert len(sent) <= 4
    for said in ("Inget skickat än", "Tar emot", "Försöker igen", "Pausad", "Byrån AB", "3 sedan"):
        assert said in page.words


def test_index_goes_on_to_a_next_page(
    app: Flask, browser: Open, cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 1)
    first, second = make(app, session, cast), make(app, session, cast)
    page = browser(cast.admin).get("/admin/webhooks", 200)
    assert at(second) in page.links
    assert at(first) not in page.links
    further = next(link for link in page.links if "after=" in link)
    assert at(first) in browser(cast.admin).get(further, 200).links


def test_create_makes_a_receiver_whose_secret_is_shown_once(
    browser: Open, cast: Cast, session: Session
) -> None:
    admin = browser(cast.admin)
    assert "datalist" in admin.get("/admin/webhooks/ny", 200).text
    made = admin.post("/admin/webhooks/ny", form(types=["connection.active"]), 303)
    assert "visa nyckeln" in admin.follow(made).words.lower()
    known = session.scalars(select(WebhookReceiver)).one()
    assert (known.firm_id, known.url, known.types) == (cast.firm.id, URL, ["connection.active"])
    secret = admin.post(at(known, "/nyckel"), status=200).value("secret")
    assert secret.startswith("whsec_")
    assert secret not in admin.get(at(known), 200).text
    assert secret == admin.post(at(known, "/nyckel"), status=200).value("secret")  # a double click
    with time_machine.travel(now() + timedelta(minutes=2), tick=True):
        late = admin.post(at(known, "/nyckel"), status=303)
        assert "har visats" in admin.follow(late).words
    session.refresh(known)
    assert known.secret
    assert secret not in known.secret


@pytest.mark.parametrize(
    "change",
    [
        {"url": ""},
        {"url": "http://analys.example.se/"},
        {"url": "https://olga:x@analys.example.se/"},
        {"url": "https://analys.example.se:25/"},
        {"description": ""},
        {"description": "x" * 201},
        {"types": []},
        {"types": ["test"]},
        {"types": ["connection.active", "drop table"]},
        {"firm": "Ingen byrå"},
        {"firm": ""},
    ],
)
def test_create_refuses_what_cannot_be_and_says_why(
    browser: Open, cast: Cast, session: Session, change: dict[str, object]
) -> None:
    page = browser(cast.admin).post("/admin/webhooks/ny", form(**change), 200)
    assert errors(page)
    assert session.scalars(select(WebhookReceiver)).all() == []


def test_edit_changes_where_messages_go_and_tries_at_once(
    app: Flask, browser: Open, cast: Cast, session: Session, listening: Receiver
) -> None:
    known = make(app, session, cast, "http://127.0.0.1:9/")
    happen(session, cast, 1)
    work(app, wait=False)
    assert listening.requests == []
    admin = browser(cast.admin)
    assert admin.get(at(known, "/andra"), 200).value("url") == "http://127.0.0.1:9/"
    assert errors(admin.post(at(known, "/andra"), form(url="ftp://x/"), 200))
    admin.post(at(known, "/andra"), form(url=listening.url, description="Ny"), 303)
    work(app, wait=False)
    assert listening.sequences == [1]


def test_receiver_shows_what_was_sent_and_what_was_answered(
    app: Flask,
    browser: Open,
    cast: Cast,
    session: Session,
    listening: Receiver,
    statements: Callable[[], Statements],
) -> None:
    known = make(app, session, cast, listening.url)
    listening.answers = lambda _received: (503, b"<h1>Stopp</h1>")
    happen(session, cast, 2)
    work(app, wait=False)
    admin = browser(cast.admin)
    with statements() as sent:
        page = admin.get(at(known), 200)
    assert len(sent) <= 4
    for said in ("503", "Svarade med ett fel", "<h1>Stopp</h1>", "Nummer 1", "Försöker igen"):
        assert said in page.words


def test_receiver_goes_on_to_older_sendings(
    app: Flask, browser: Open, cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 1)
    known = make(app, session, cast)
    for number in (1, 2):
        facts = {"receiver_id": known.id, "outcome": WebhookOutcome.REFUSED, "status": 500}
        session.add(WebhookAttempt(milliseconds=number, excerpt=f"nr {number}", **facts))
        session.commit()
    admin = browser(cast.admin)
    first = admin.get(at(known), 200)
    assert "nr 2" in first.words
    further = next(link for link in first.links if "after=" in link)
    assert "nr 1" in admin.get(further, 200).words
    for nonsense in ("x", "9" * 30, "-1"):
        admin.get(f"{at(known)}?after={nonsense}", 200)


def test_try_out_sends_a_signed_test_now_and_says_what_was_answered(
    app: Flask, browser: Open, cast: Cast, session: Session, listening: Receiver
) -> None:
    known = make(app, session, cast, listening.url)
    admin = browser(cast.admin)
    listening.secret = admin.post(at(known, "/nyckel"), status=200).value("secret")
    page = admin.follow(admin.post(at(known, "/prova"), status=303))
    assert "Mottagaren tog emot provet: den svarade 204 på" in page.words
    listening.answers = lambda _received: 400
    page = admin.follow(admin.post(at(known, "/prova"), status=303))
    assert "Provet togs inte emot. Svarade med ett fel (400)." in page.words
    assert [received.refused for received in listening.requests] == [None, None]
    assert listening.types == ["test", "test"]


def test_try_out_to_an_inner_address_is_refused(
    make_app: Callable[..., Flask], cast: Cast, session: Session, listening: Receiver
) -> None:
    strict = make_app()
    known = make(strict, session, cast, listening.url)
    admin = Browser.open(strict, cast.admin)
    page = admin.follow(admin.post(at(known, "/prova"), status=303))
    assert "inre nät" in page.words
    assert listening.requests == []


def test_pause_and_resume_lose_nothing(
    app: Flask, browser: Open, cast: Cast, session: Session, listening: Receiver
) -> None:
    known = make(app, session, cast, listening.url)
    admin = browser(cast.admin)
    admin.post(at(known, "/pausa"), status=303)
    page = admin.follow(admin.post(at(known, "/pausa"), status=303))
    assert "Pausad" in page.words
    happen(session, cast, 2)
    work(app, wait=False)
    assert listening.requests == []
    admin.post(at(known, "/ateruppta"), status=303)
    work(app, wait=False)
    assert listening.sequences == [1, 2]


def test_rotate_lets_both_secrets_sign_until_the_earlier_is_let_go(
    app: Flask, browser: Open, cast: Cast, session: Session, listening: Receiver
) -> None:
    known = make(app, session, cast, listening.url)
    admin = browser(cast.admin)
    earlier = admin.post(at(known, "/nyckel"), status=200).value("secret")
    admin.post(at(known, "/byt-nyckel"), status=303)
    again = admin.follow(admin.post(at(known, "/byt-nyckel"), status=303))
    assert "Den tidigare nyckeln signerar också" in again.words
    newer = admin.post(at(known, "/nyckel"), status=200).value("secret")
    assert newer != earlier
    refused = []
    for secret in (earlier, newer):
        listening.secret = secret
        admin.post(at(known, "/prova"), status=303)
        refused.append(listening.requests[-1].refused)
    assert refused == [None, None]
    admin.post(at(known, "/avsluta-gammal-nyckel"), status=303)
    listening.secret = earlier
    admin.post(at(known, "/prova"), status=303)
    assert listening.requests[-1].refused
    session.refresh(known)
    assert known.earlier_secret is None


def test_replay_sends_one_message_again_with_its_id(
    app: Flask, browser: Open, cast: Cast, session: Session, listening: Receiver
) -> None:
    known = make(app, session, cast, listening.url)
    happen(session, cast, 3)
    work(app, wait=False)
    second = listening.requests[1]
    admin = browser(cast.admin)
    message = second.id.removeprefix("msg_")
    admin.post(at(known, "/skicka-igen"), {"message": message}, 303)
    work(app, wait=False)
    assert listening.sequences == [1, 2, 3, 2]
    assert listening.requests[-1].id == second.id
    assert listening.requests[-1].raw == second.raw
    page = admin.follow(admin.post(at(known, "/skicka-igen"), {"message": "okand"}, 303))
    assert "sparas inte längre" in page.words


def test_replay_since_sends_all_from_then_in_order(
    app: Flask, browser: Open, cast: Cast, session: Session, listening: Receiver
) -> None:
    known = make(app, session, cast, listening.url)
    happen(session, cast, 4)
    work(app, wait=False)
    old = WebhookMessage.sequence == 1
    session.execute(update(WebhookMessage).where(old).values(at=now() - timedelta(days=2)))
    session.commit()
    admin = browser(cast.admin)
    since = admin.get(at(known, "/skicka-allt-igen"), 200).value("since")
    page = admin.follow(admin.post(at(known, "/skicka-allt-igen"), {"since": since}, 303))
    assert "3 meddelanden" in page.words
    work(app, wait=False)
    assert listening.sequences == [1, 2, 3, 4, 2, 3, 4]


@pytest.mark.parametrize("since", ["", "i går", "2126-01-01T00:00", "0001-01-01T00:00", "9999"])
def test_replay_since_a_moment_that_is_none_says_so(
    app: Flask, browser: Open, cast: Cast, session: Session, since: str
) -> None:
    known = make(app, session, cast)
    page = browser(cast.admin).post(at(known, "/skicka-allt-igen"), {"since": since})
    assert errors(page) if page.status == 200 else since.startswith("0001")


def test_another_receivers_message_is_not_sent(
    app: Flask, browser: Open, cast: Cast, session: Session, listening: Receiver
) -> None:
    known = make(app, session, cast, listening.url)
    happen(session, cast, 1)
    work(app, wait=False)
    other = make(app, session, cast, listening.url)
    message = listening.ids[0].removeprefix("msg_")
    admin = browser(cast.admin)
    page = admin.follow(admin.post(at(other, "/skicka-igen"), {"message": message}, 303))
    assert "sparas inte längre" in page.words
    assert known.id != other.id


def test_end_removes_a_receiver_and_its_secrets(
    app: Flask, browser: Open, cast: Cast, session: Session, listening: Receiver
) -> None:
    known = make(app, session, cast, listening.url)
    happen(session, cast, 1)
    admin = browser(cast.admin)
    page = admin.follow(admin.post(at(known, "/ta-bort"), status=303))
    assert "Analys" in page.words
    work(app, wait=False)
    assert listening.requests == []
    admin.get(at(known), 404)
    session.refresh(known)
    assert known.secret is None
    assert known.earlier_secret is None


def test_no_secret_is_kept_or_logged_in_the_clear(
    app: Flask,
    browser: Open,
    cast: Cast,
    session: Session,
    listening: Receiver,
    capfd: pytest.CaptureFixture[str],
) -> None:
    known = make(app, session, cast, listening.url)
    admin = browser(cast.admin)
    secret = admin.post(at(known, "/nyckel"), status=200).value("secret")
    happen(session, cast, 1)
    work(app, wait=False)
    admin.post(at(known, "/prova"), status=303)
    assert len(listening.requests) == 2
    session.rollback()
    rows = session.connection().exec_driver_sql("select * from webhook_receivers").all()
    assert secret.removeprefix("whsec_") not in str(rows) + "".join(capfd.readouterr())
    assert WebhookType.TEST.value in listening.types
