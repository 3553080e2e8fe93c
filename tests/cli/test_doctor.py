"""flask doctor: a line for each thing, what to do about it, no secret, and never a long wait."""

import base64
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from click.testing import Result
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.cli.running import run
from tests.conftest import SETTINGS
from tests.support.cast import Cast
from tests.support.live import Wizard
from tests.support.mail_server import MailServer
from wizard.cli.doctor.command import LOOKS
from wizard.cli.doctor.findings import good, look_at_all
from wizard.migrations.fitness import newest_revision

MakeApp = Callable[..., Flask]


def lines(done: Result) -> dict[str, str]:
    """What is said of each thing, by its name, with the word for how it is."""
    return {
        name: said for said in done.output.splitlines() for name in LOOKS if f" {name}: " in said
    }


@pytest.fixture
def web(database_url: str, tmp_path: Path, catalogues: None) -> Iterator[Wizard]:
    listening, url = Wizard.address()
    given = {**SETTINGS, "database_url": database_url}
    given.pop("public_url")
    wizard = Wizard.start(listening, url, tmp_path / "log", **given)
    for _ in range(100):
        if requests.get(f"{url}/healthz", timeout=90).ok:
            break
        time.sleep(0.1)
    yield wizard
    wizard.stop()


def test_every_thing_is_said_in_a_line_with_what_to_do(
    web: Wizard, make_app: MakeApp, mail_server: MailServer, session: Session
) -> None:
    well = make_app(public_url=web.url, **mail_server.settings)
    done = run(well, "doctor")
    said = lines(done)
    assert set(said) == set(LOOKS)
    words = {name: line.split()[0] for name, line in said.items()}
    assert words["Bakgrundstjänst"] == "FEL"  # none is started
    assert "flask jobs work" in said["Bakgrundstjänst"]
    assert {name for name, word in words.items() if word == "FEL"} <= {"Bakgrundstjänst", "Disk"}
    assert done.exit_code == 1
    assert f"{web.url}/visma/callback" in said["Återadress hos Visma"]
    assert len(mail_server.letters) == 1
    for name in ("secret_key", "token_keys", "visma_client_secret"):
        assert SETTINGS[name] not in done.output

    beside = lines(run(make_app(public_url=web.url, trusted_proxies=1), "doctor", "--no-mail"))
    assert "WIZARD_TRUSTED_PROXIES är 1" in beside["Egen adress"]
    assert beside["Mejl"].startswith("FEL")  # no server is set
    assert len(mail_server.letters) == 1
    other = make_app(public_url=web.url, secret_key="the key of another installation, not ours")
    assert "inte den här installationen" in lines(run(other, "doctor"))["Egen adress"]


def test_a_mark_shows_how_a_request_came_and_none_shows_nothing(app: Flask) -> None:
    assert app.test_client().get("/healthz?prov=x").json == {"status": "ok"}


def test_what_is_wrong_with_keys_and_schema_is_said(
    make_app: MakeApp, app: Flask, session: Session, cast: Cast
) -> None:
    owner = session.merge(cast.owner)
    owner.totp_secret = app.extensions["vault"].seal("secret", owner, "totp_secret")
    session.commit()
    assert lines(run(app, "doctor", "--no-mail"))["Nycklar"].startswith("OK")
    other = base64.b64encode(os.urandom(32)).decode()
    wrong = lines(run(make_app(token_keys=f"t1:{other}"), "doctor", "--no-mail"))
    assert "heter t1" in wrong["Nycklar"]
    gone = lines(run(make_app(token_keys=f"t2:{other}"), "doctor", "--no-mail"))
    assert "Lägg tillbaka t1" in gone["Nycklar"]
    session.execute(text("update alembic_version set version_num = '0001'"))
    session.commit()
    try:
        assert "flask db upgrade" in lines(run(app, "doctor", "--no-mail"))["Schema"]
    finally:
        session.execute(
            text("update alembic_version set version_num = :it"), {"it": newest_revision()}
        )
        session.commit()


def test_a_silent_database_is_not_waited_for(make_app: MakeApp) -> None:
    silent = socket.create_server(("127.0.0.1", 0), backlog=64)
    url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
    began = time.monotonic()
    done = run(make_app(database_url=url), "doctor", "--no-mail")
    assert time.monotonic() - began < 25
    silent.close()
    assert done.exit_code == 1
    assert lines(done)["Databas"].startswith("FEL")


def test_a_look_that_hangs_or_breaks_does_not_stop_the_others(app: Flask) -> None:
    def breaks() -> None:
        raise ValueError("a secret")

    found = look_at_all(
        app,
        {"hangs": lambda: time.sleep(60), "breaks": breaks, "well": lambda: good("Ja.")},  # type: ignore[dict-item, return-value]
        seconds=0.5,
    )
    assert found["well"] == good("Ja.")
    assert "Inget svar" in found["hangs"].text
    assert "ValueError" in found["breaks"].text
    assert "secret" not in found["breaks"].text
