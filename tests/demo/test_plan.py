"""The plan of a run, and its persistent settings."""

import os
import re
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError
from pydantic import SecretStr

from tests.support.ports import free_port
from wizard import config
from wizard.demo import plan
from wizard.demo.environment import settle
from wizard.demo.errors import DemoError
from wizard.demo.plan import Plan
from wizard.demo.ports import REFUSED_BY_BROWSERS, read_ports


@pytest.fixture
def ports() -> dict[str, str]:
    return {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        yield somebody.getsockname()[1]


def make_plan(environment: dict[str, str], instance: Path) -> Plan:
    return plan.make_plan(environment, instance)


def test_keys_are_created_once(tmp_path: Path) -> None:
    first = settle(tmp_path, {"WIZARD_PUBLIC_URL": "http://localhost:1"})
    second = settle(tmp_path, {"WIZARD_PUBLIC_URL": "http://localhost:2"})

    assert first | {"WIZARD_PUBLIC_URL": "http://localhost:2"} == second
    assert len(set(first.values())) == len(first)


def test_settings_of_the_last_run_are_dropped(tmp_path: Path) -> None:
    settle(tmp_path, {"WIZARD_SANDBOX_URL": "http://127.0.0.1:1"})

    assert "WIZARD_SANDBOX_URL" not in settle(tmp_path, {})


def test_environment_variables_take_precedence(ports: dict[str, str], tmp_path: Path) -> None:
    given = {"WIZARD_SECRET_KEY": "x" * 32, "WIZARD_PUBLIC_URL": "http://localhost:99"}

    made = make_plan({**ports, **given}, tmp_path)

    assert made.settings.items() >= given.items()
    assert "WIZARD_PUBLIC_URL=http://localhost:99" in (tmp_path / "demo.env").read_text()


def test_flask_commands_get_every_setting_of_the_run(
    ports: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "WIZARD_DATABASE_URL": "postgresql+psycopg://wizard@db.example.se/wizard",
        "WIZARD_VISMA_IDENTITY_URL": "http://127.0.0.1:99",
        "WIZARD_VISMA_API_URL": "http://127.0.0.1:98",
        "WIZARD_VISMA_CLIENT_ID": "another",
        "WIZARD_SMTP_HOST": "smtp.example.se",
        "WIZARD_SMTP_PASSWORD": "a#b 'c' \"d\" \\ ${PATH} $e",
        "WIZARD_MAIL_SENDER": "a@example.com",
    }
    made = make_plan({**ports, **given}, tmp_path)
    monkeypatch.setattr(config, "DEMO_SETTINGS", tmp_path / "demo.env")
    for name in [name for name in os.environ if name.startswith("WIZARD_")]:
        monkeypatch.delenv(name)

    told = config.load()

    for name, value in made.settings.items():
        found = getattr(told, name.removeprefix("WIZARD_").lower())
        if isinstance(found, SecretStr):
            found = found.get_secret_value()
        alike = {"WIZARD_WEBHOOK_LOCAL": "True", "WIZARD_OPERATOR_NUMBER": "5599004008"}
        assert str(found) == alike.get(name, value), name


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1))
def test_any_value_is_written_so_that_it_is_read_again(value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settle(Path(folder), {"WIZARD_SMTP_PASSWORD": value})
        assert dotenv_values(Path(folder) / "demo.env")["WIZARD_SMTP_PASSWORD"] == value


def test_keys_from_the_environment_do_not_replace_our_own_for_good(
    ports: dict[str, str], tmp_path: Path
) -> None:
    own = make_plan(ports, tmp_path).settings
    foreign = {"WIZARD_SECRET_KEY": "x" * 32}
    for _ in range(2):
        made = settle(tmp_path, {**own, **foreign})
        assert made["WIZARD_SECRET_KEY"] == "x" * 32

    again = settle(tmp_path, {"WIZARD_PUBLIC_URL": own["WIZARD_PUBLIC_URL"]})

    assert again["WIZARD_SECRET_KEY"] == own["WIZARD_SECRET_KEY"]
    assert again["WIZARD_TOKEN_KEYS"] == own["WIZARD_TOKEN_KEYS"]


def test_an_empty_setting_counts_as_unset(ports: dict[str, str], tmp_path: Path) -> None:
    made = make_plan({**ports, "WIZARD_SECRET_KEY": "", "WIZARD_VISMA_IDENTITY_URL": ""}, tmp_path)

    assert made.settings["WIZARD_SECRET_KEY"]
    assert made.ports.sandbox == int(ports["SANDBOX_PORT"])


def test_the_stand_ins_settings_match_the_wizards(ports: dict[str, str], tmp_path: Path) -> None:
    made = make_plan(ports, tmp_path)
    sandbox = made.sandbox_environment(tmp_path)

    assert made.settings["WIZARD_SANDBOX_URL"] == f"http://127.0.0.1:{sandbox['SANDBOX_PORT']}"
    assert sandbox["SANDBOX_REDIRECT_URIS"] == f"http://localhost:{ports['PORT']}/visma/callback"
    assert sandbox["SANDBOX_CLIENT_SECRET"] == made.settings["WIZARD_VISMA_CLIENT_SECRET"]


@pytest.mark.parametrize("name", ["WIZARD_VISMA_IDENTITY_URL", "WIZARD_SANDBOX_URL"])
def test_no_stand_in_is_started_when_another_visma_is_configured(
    ports: dict[str, str], tmp_path: Path, name: str
) -> None:
    made = make_plan({**ports, name: "http://127.0.0.1:99"}, tmp_path)

    assert made.ports.sandbox is None
    assert made.settings[name] == "http://127.0.0.1:99"


def test_no_demo_data_is_created_when_the_address_is_https(
    ports: dict[str, str], tmp_path: Path
) -> None:
    given = {"WIZARD_PUBLIC_URL": "HTTPS://koppla.example.se"}

    made = make_plan({**ports, **given}, tmp_path)

    assert not made.is_demo
    assert made.settings == given
    assert made.ports.sandbox is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80 80", "٣", "8000.0"])
@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_an_invalid_port_is_refused_by_name(name: str, port: str) -> None:
    with pytest.raises(DemoError, match=f"^{name} ska vara ett heltal mellan 1 och 65535"):
        read_ports({name: port}, sandbox=True)


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT", "POSTBOX_PORT"])
def test_a_port_that_browsers_refuse_is_refused_with_one_that_they_open(name: str) -> None:
    for port in REFUSED_BY_BROWSERS:
        told = f"Port {port} vägrar webbläsare att öppna.*make run {name}=([0-9]+)$"
        with pytest.raises(DemoError, match=told) as refused:
            read_ports({name: str(port)}, sandbox=True, postbox=True)
        other = re.search(r"[0-9]+$", str(refused.value))
        assert other
        assert int(other[0]) not in REFUSED_BY_BROWSERS
        assert int(other[0]) >= 1024


@pytest.mark.browser
def test_the_ports_that_browsers_refuse_are_those_of_the_list(chromium: Browser) -> None:
    beside = {port + step for port in REFUSED_BY_BROWSERS for step in (-1, 0, 1)} - {0}
    with chromium.new_page() as page:
        found = {port for port in beside if _is_unsafe(page, port)}
    assert found == REFUSED_BY_BROWSERS - {4190, 6679}  # the standard's, and not yet Chromium's


def _is_unsafe(page: Page, port: int) -> bool:
    try:
        page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
    except BrowserError as error:
        return "ERR_UNSAFE_PORT" in str(error)
    return False


def test_the_same_port_for_two_servers_is_refused(ports: dict[str, str]) -> None:
    with pytest.raises(DemoError, match="Välj två olika portar"):
        read_ports({"PORT": ports["PORT"], "SANDBOX_PORT": ports["PORT"]}, sandbox=True)


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_port_in_use_is_refused_with_a_suggestion(
    ports: dict[str, str], taken: int, name: str
) -> None:
    with pytest.raises(DemoError, match=f"Port {taken} är upptagen .* make run {name}="):
        read_ports({**ports, name: str(taken)}, sandbox=True)


def test_the_stand_ins_port_does_not_matter_without_it(ports: dict[str, str], taken: int) -> None:
    assert read_ports({**ports, "SANDBOX_PORT": str(taken)}, sandbox=False).sandbox is None


def test_letters_go_to_the_postbox_beside_the_stand_in(
    ports: dict[str, str], tmp_path: Path
) -> None:
    made = make_plan(ports, tmp_path)
    postbox = made.postbox_environment(tmp_path)

    assert made.settings["WIZARD_SMTP_PORT"] == postbox["POSTBOX_SMTP_PORT"]
    assert made.settings["WIZARD_SMTP_SECURITY"] == "none"
    assert made.settings["WIZARD_MAIL_SENDER"]


def test_no_postbox_is_started_when_a_mail_server_is_given(
    ports: dict[str, str], tmp_path: Path
) -> None:
    made = make_plan({**ports, "WIZARD_SMTP_HOST": "smtp.example.se"}, tmp_path)

    assert made.ports.postbox is None
    assert "WIZARD_SMTP_PORT" not in made.settings
    assert "WIZARD_SMTP_PORT" not in (tmp_path / "demo.env").read_text()


def test_the_postbox_port_is_chosen_unless_given(ports: dict[str, str], taken: int) -> None:
    chosen = read_ports({**ports, "POSTBOX_PORT": str(free_port())}, sandbox=True, postbox=True)
    assert chosen.postbox
    beside = read_ports({"PORT": "8002", "SANDBOX_PORT": ports["PORT"]}, sandbox=True, postbox=True)
    assert beside.postbox != 8002
    with pytest.raises(DemoError, match=f"Port {taken} är upptagen .* make run POSTBOX_PORT="):
        read_ports({**ports, "POSTBOX_PORT": str(taken)}, sandbox=True, postbox=True)
