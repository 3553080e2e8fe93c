"""The plan of a run, and its persistent settings."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.conftest import free_port
from wizard.demo import plan
from wizard.demo.environment import settle
from wizard.demo.errors import DemoError
from wizard.demo.plan import Plan
from wizard.demo.ports import read_ports


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
    assert "WIZARD_SANDBOX_URL" not in (tmp_path / "demo.env").read_text()


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
    assert "WIZARD_SMTP" not in (tmp_path / "demo.env").read_text()


def test_the_postbox_port_is_chosen_unless_given(ports: dict[str, str], taken: int) -> None:
    chosen = read_ports({**ports, "POSTBOX_PORT": str(free_port())}, sandbox=True, postbox=True)
    assert chosen.postbox
    beside = read_ports({"PORT": "8002", "SANDBOX_PORT": ports["PORT"]}, sandbox=True, postbox=True)
    assert beside.postbox != 8002
    with pytest.raises(DemoError, match=f"Port {taken} är upptagen .* make run POSTBOX_PORT="):
        read_ports({**ports, "POSTBOX_PORT": str(taken)}, sandbox=True, postbox=True)
