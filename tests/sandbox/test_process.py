"""The process: settings, immediate stop, and persistent state."""

import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
import requests

from tests.sandbox.client import Client
from tests.support.standin import ROOT, StandIn
from wizard.sandbox import create_app
from wizard.sandbox.settings import Settings


def test_it_stops_at_once_in_the_middle_of_a_slow_answer() -> None:
    standin = StandIn.start()
    token = standin.mint("Vera Välja", "Långsamma Svar AB")[0]["access_token"]
    cut = []

    def ask() -> None:
        try:
            Client(standin).get("companysettings", token)
        except requests.ConnectionError:
            cut.append(True)

    asking = Thread(target=ask)
    asking.start()
    while not standin.counters().get("api:companysettings"):
        pass
    began = time.monotonic()
    standin.stop()
    asking.join()
    assert (standin.process.returncode, cut) == (0, [True])
    assert time.monotonic() - began < 15  # the response would have taken thirty


def test_grants_and_standardforetag_outlive_a_restart_with_a_state_file(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    with StandIn.start(state_file=file) as standin:
        client = Client(standin)
        tokens = client.tokens("Elsa Ensam")
        standin.set_default_company("Otto Överhoppad", None)
        refreshed = client.refresh(tokens["refresh_token"]).json()
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
    with StandIn.start(state_file=file, client_secret=standin.client_secret) as standin:
        client = Client(standin)
        assert client.get("companysettings", refreshed["access_token"]).status_code == 200
        assert client.refresh(refreshed["refresh_token"]).status_code == 200
        standin.approve(client.authorize_url(), "Otto Överhoppad", "Norrtälje Bokbinderi AB")
        assert [grant.person for grant in standin.grants()] == ["Elsa Ensam"]


def test_an_unreadable_state_file_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    file.write_text('{"book": {"grants": [{"id": 1}]}}', encoding="utf-8")
    with StandIn.start(state_file=file) as standin:
        assert standin.grants() == []
        standin.mint("Elsa Ensam", "Norrtälje Bokbinderi AB")
    content = file.read_text(encoding="utf-8").replace("Elsa Ensam", "Någon Annan")
    file.write_text(content, encoding="utf-8")
    with StandIn.start(state_file=file) as standin:
        assert standin.grants() == []


def test_it_listens_on_loopback_only_and_to_its_own_names(standin: StandIn) -> None:
    foreign = {"Host": "visma.example"}
    page = requests.get(f"{standin.url}/konto/inloggning", headers=foreign, timeout=10)
    assert page.status_code == 400


def test_a_port_in_use_is_reported(standin: StandIn) -> None:
    port = standin.url.rpartition(":")[2]
    run = subprocess.run(
        [sys.executable, "-m", "wizard.sandbox", "--port", port],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, f"Port {port} är upptagen" in run.stderr) == (1, True)


def test_settings_come_from_the_environment_and_invalid_ones_are_refused() -> None:
    given = {
        "SANDBOX_PORT": "5555",
        "SANDBOX_REDIRECT_URIS": "http://localhost:1/a http://localhost:2/b",
        "SANDBOX_ROTATION": "reusable",
        "SANDBOX_STATE_FILE": "",
        "PATH": "/bin",
    }
    settings = Settings.from_environment(given)
    assert settings.origin == "http://127.0.0.1:5555"
    assert settings.redirect_uris == ("http://localhost:1/a", "http://localhost:2/b")
    assert settings.rotation == "reusable"
    assert settings.state_file is None
    with pytest.raises(ValueError, match="revocation is one or all"):
        create_app(Settings.from_environment({"SANDBOX_REVOCATION": "några"}))
