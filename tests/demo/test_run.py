"""`make run`, as seen at the terminal."""

import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from tests.demo.conftest import TERMINAL, Demo, StartDemo, copy_project, finish, run_demo
from tests.support.ports import free_port
from tests.support.postgres import TestServer
from wizard import embedded
from wizard.embedded import postmaster
from wizard.models import User
from wizard.services.crypto.passwords import verify_password

TIMEOUT = 30


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """A running demo, for tests that do not change it."""
    with tempfile.TemporaryDirectory(prefix="Övning ") as folder:
        os.chmod(folder, 0o755)
        copy_project(Path(folder))
        demo = run_demo(Path(folder))
        try:
            demo.started()
            yield demo
        finally:
            finish(demo)
            embedded.remove(demo.instance)


def test_the_link_leads_to_the_guide_in_swedish(demo: Demo) -> None:
    with requests.Session() as browser:
        page = browser.get(demo.link(), timeout=TIMEOUT)

    assert page.url.startswith(f"{demo.url}/koppla/")
    assert "Norrtälje Bokbinderi AB" in page.text
    assert '<html lang="sv"' in page.text
    assert "i Visma?" in page.text


def test_the_wizard_answers_on_both_addresses_of_localhost(demo: Demo) -> None:
    for host in ("127.0.0.1", "[::1]"):
        answer = requests.get(f"http://{host}:{demo.ports[0]}/healthz", timeout=TIMEOUT)
        assert answer.status_code == 200


def test_the_stand_in_answers_at_the_printed_address(demo: Demo) -> None:
    url = f"http://127.0.0.1:{demo.ports[1]}"

    assert url in demo.started()
    assert "Övningsmiljö" in requests.get(url, timeout=TIMEOUT).text


def test_every_listed_log_in_opens_its_account(demo: Demo) -> None:
    listed = {email: password for _, email, password in demo.logins()}
    engine = create_engine(embedded.use(demo.instance))
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        assert {user.email for user in users} == set(listed)
        assert all(verify_password(user.password_hash, listed[user.email]) for user in users)
        assert {user.role for user in users} == {"member", "support", "admin"}
        assert len({user.firm_id for user in users if user.firm_id}) == 2
    engine.dispose()
    embedded.release(demo.instance)


def test_files_with_secrets_are_private(demo: Demo) -> None:
    for name in ("demo.env", "demo-logins", "postgres-password", "logs/web.log"):
        assert stat.S_IMODE((demo.instance / name).stat().st_mode) == 0o600


def test_flask_commands_beside_it_use_the_same_database(demo: Demo) -> None:
    assert flask(demo.folder, "db", "check").returncode == 0


def test_a_second_demo_in_the_folder_is_told_the_address_of_the_first(demo: Demo) -> None:
    second = run_demo(demo.folder)

    assert second.process.wait() == 1
    assert f"körs redan från den här mappen, på {demo.url}" in second.listen("Stoppa den först.")
    finish(second)
    assert requests.get(f"{demo.url}/healthz", timeout=TIMEOUT).status_code == 200


def test_ctrl_c_in_the_terminal_stops_everything_and_keeps_the_data(
    start_demo: StartDemo,
) -> None:
    first = start_demo(*TERMINAL)
    first.started()

    assert first.press(b"\x03") == 0
    assert first.is_gone()
    assert not postmaster.runs(first.instance / "postgres/data")

    again = start_demo()
    assert again.logins() == first.logins()
    assert again.link() != first.link()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_stop_everything_too(start_demo: StartDemo, number: signal.Signals) -> None:
    demo = start_demo()
    demo.started()

    assert demo.stop(number) == 0
    assert demo.is_gone()
    assert not postmaster.runs(demo.instance / "postgres/data")


def test_killing_the_supervisor_stops_everything(start_demo: StartDemo) -> None:
    demo = start_demo()
    demo.started()

    demo.stop(signal.SIGKILL)

    demo.wait_until_gone()
    assert not postmaster.runs(demo.instance / "postgres/data")


def test_a_child_that_ends_is_named_and_the_rest_is_stopped(start_demo: StartDemo) -> None:
    demo = start_demo()
    demo.started()
    log = (demo.instance / "logs/web.log").read_text()
    gunicorn = re.search(r"\[(\d+)\] \[INFO\] Starting gunicorn", log)
    assert gunicorn

    os.kill(int(gunicorn[1]), signal.SIGKILL)

    assert "Webbservern avslutades oväntat" in demo.listen("web.log:")
    demo.process.communicate()
    assert demo.process.returncode == 1
    assert demo.is_gone()


def test_a_port_in_use_is_reported_before_anything_is_started(
    start_demo: StartDemo, demo: Demo, project: Path
) -> None:
    refused = start_demo(PORT=str(demo.ports[0]))

    assert refused.process.wait() == 1
    assert f"Port {demo.ports[0]} är upptagen" in refused.listen(
        f"make run PORT={demo.ports[0] + 10}"
    )
    assert not (project / "instance/postgres").exists()
    assert not (project / "instance/demo.env").exists()


def test_a_configured_database_is_used_and_none_started(
    start_demo: StartDemo, server: TestServer
) -> None:
    url = server.create_empty("given")
    demo = start_demo(WIZARD_DATABASE_URL=url)

    assert requests.get(demo.link(), timeout=TIMEOUT).status_code == 200
    assert not (demo.instance / "postgres").exists()
    assert demo.stop() == 0
    server.drop("given")


def test_a_configured_visma_is_used_and_no_stand_in_started(start_demo: StartDemo) -> None:
    elsewhere = f"http://127.0.0.1:{free_port()}"
    demo = start_demo(WIZARD_VISMA_IDENTITY_URL=elsewhere, WIZARD_VISMA_API_URL=elsewhere)

    assert "Övningsmiljö" not in demo.started()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{demo.ports[1]}", timeout=TIMEOUT)


def test_an_invalid_setting_stops_the_start_with_its_name(start_demo: StartDemo) -> None:
    refused = start_demo(WIZARD_SECRET_KEY="short")

    assert refused.process.wait() == 1
    assert "WIZARD_SECRET_KEY" in refused.listen("tecken")
    assert refused.is_gone()


def flask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run `flask …` in the folder, without settings in the environment."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("WIZARD_")}
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(command, cwd=folder, env=bare, check=False)


def test_letters_are_shown_at_the_printed_address(demo: Demo) -> None:
    said = re.search(r"Brevlåda, där alla mejl hamnar +(http://127\.0\.0\.1:\d+)", demo.started())

    assert said
    sent = flask(demo.folder, "mail", "test", "anna@example.com")
    assert sent.returncode == 0
    assert "Kopplingsguiden: ett prov" in requests.get(said[1], timeout=TIMEOUT).text
