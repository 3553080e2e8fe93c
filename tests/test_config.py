"""Settings: a missing or senseless one stops the start with a sentence that names it."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from wizard import config
from wizard.config import SettingsError, load, token_key_ring

GOOD = {
    "WIZARD_PUBLIC_URL": "https://koppla.example.se",
    "WIZARD_SECRET_KEY": "x" * 40,
    "WIZARD_TOKEN_KEYS": "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "WIZARD_DATABASE_URL": "postgresql://wizard@db.example.se/wizard",
    "WIZARD_VISMA_CLIENT_ID": "client",
    "WIZARD_VISMA_CLIENT_SECRET": "s;e=c.r-e+t",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Good settings, in an environment without any others, and no demo."""
    for name in [name for name in os.environ if name.startswith("WIZARD_")]:
        monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(config, "DEMO_SETTINGS", tmp_path / "demo.env")


def test_good_settings_are_taken_with_their_defaults() -> None:
    settings = load()
    assert settings.visma_redirect_uri == "https://koppla.example.se/visma/callback"
    assert settings.visma_file_hosts == "eaccountingapi.vismaonline.com *.vismaonline.com"
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert settings.https


@pytest.mark.parametrize("name", sorted(set(GOOD) - {"WIZARD_DATABASE_URL"}))
def test_a_missing_setting_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SettingsError, match=f"{name} saknas"):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WIZARD_PUBLIC_URL", "koppla.example.se"),
        ("WIZARD_PUBLIC_URL", "http://koppla.example.se"),
        ("WIZARD_PUBLIC_URL", "https://koppla.example.se/guide"),
        ("WIZARD_PUBLIC_URL", "https://"),
        ("WIZARD_PUBLIC_URL", "HTTP://koppla.example.se"),
        ("WIZARD_PUBLIC_URL", "https://oss:hemligt@koppla.example.se"),
        ("WIZARD_PUBLIC_URL", "https://koppla.example.se:99999"),
        ("WIZARD_PUBLIC_URL", "https://koppla example.se"),
        ("WIZARD_MAIL_SENDER", "guiden"),
        ("WIZARD_BREAK_GLASS_EMAIL", "adam@example.se, eva"),
        ("WIZARD_MAIL_SENDER", "guiden@example.se\r\nBcc: alla@example.se"),
        ("WIZARD_SECRET_KEY", "short"),
        ("WIZARD_TOKEN_KEYS", "k1"),
        ("WIZARD_TOKEN_KEYS", "k1:c2hvcnQ="),
        ("WIZARD_TOKEN_KEYS", "k1:not base64"),
        ("WIZARD_TOKEN_KEYS", ",".join([GOOD["WIZARD_TOKEN_KEYS"]] * 2)),
        ("WIZARD_DATABASE_URL", "sqlite:///wizard.db"),
        ("WIZARD_VISMA_IDENTITY_URL", "http://identity.example.se"),
        ("WIZARD_OPERATOR_NUMBER", "559123-4562"),
        ("WIZARD_OPERATOR_NAME", "Driften\nAB"),
        ("WIZARD_OPERATOR_LEGAL_BASIS", "habit"),
        ("WIZARD_VISMA_API_URL", "ftp://api.example.se"),
        ("WIZARD_SANDBOX_URL", "http://127.0.0.1:8001"),
        ("WIZARD_TRUSTED_PROXIES", "many"),
        ("WIZARD_TRUSTED_PROXIES", "-1"),
        ("WIZARD_SMTP_PORT", "0"),
        ("WIZARD_SMTP_SECURITY", "maybe"),
        ("WIZARD_LOG_LEVEL", "LOUD"),
        ("WIZARD_VISMA_ISS_REQUIRED", "perhaps"),
    ],
)
def test_a_senseless_setting_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load()


@pytest.mark.parametrize("number", ["559123-4561", "SE559123456101", "SE 559123-4561 01"])
def test_the_operators_number_is_ten_digits(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NUMBER": number, "NAME": "Driften AB"}.items():
        monkeypatch.setenv(f"WIZARD_OPERATOR_{name}", value)
    assert load().operator_number == "5591234561"


@pytest.mark.parametrize("name", ["NUMBER", "ADDRESS"])
def test_facts_of_the_operator_need_its_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"WIZARD_OPERATOR_{name}", "559123-4561")
    with pytest.raises(SettingsError, match="WIZARD_OPERATOR_NAME saknas"):
        load()


def test_a_mail_server_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIZARD_SMTP_HOST", "mejl.example.se")
    with pytest.raises(SettingsError, match="WIZARD_MAIL_SENDER"):
        load()


def test_mail_is_never_sent_in_the_open_to_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in [("HOST", "mejl.example.se"), ("SECURITY", "none")]:
        monkeypatch.setenv(f"WIZARD_SMTP_{name}", value)
    monkeypatch.setenv("WIZARD_MAIL_SENDER", "koppla@example.se")
    with pytest.raises(SettingsError, match="WIZARD_SMTP_SECURITY"):
        load()


def test_no_secret_is_shown_in_a_sentence_or_a_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load()
    for name in ("WIZARD_SECRET_KEY", "WIZARD_TOKEN_KEYS", "WIZARD_VISMA_CLIENT_SECRET"):
        assert GOOD[name] not in repr(settings)
    monkeypatch.setenv("WIZARD_TOKEN_KEYS", "k1:c2hvcnQ=")
    with pytest.raises(SettingsError) as refused:
        load()
    assert "c2hvcnQ" not in str(refused.value.message)


def test_the_demos_settings_fill_in_but_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config.DEMO_SETTINGS.write_text(
        "WIZARD_PUBLIC_URL=http://localhost:8000\nWIZARD_SANDBOX_URL=http://127.0.0.1:8001\n"
    )
    monkeypatch.delenv("WIZARD_PUBLIC_URL")
    assert load().visma_api_url == "http://127.0.0.1:8001"
    monkeypatch.setenv("WIZARD_VISMA_IDENTITY_URL", "http://127.0.0.1:9000")
    settings = load()
    assert settings.public_url == "http://localhost:8000"
    assert (settings.sandbox_url, settings.visma_identity_url) == ("", "http://127.0.0.1:9000")


def test_production_reads_nothing_of_the_demos() -> None:
    config.DEMO_SETTINGS.write_text("WIZARD_LOG_LEVEL=DEBUG\n")
    assert load().log_level == "INFO"


def test_the_first_key_of_a_ring_is_the_newest() -> None:
    key = GOOD["WIZARD_TOKEN_KEYS"].partition(":")[2]
    assert list(token_key_ring(SecretStr(f"new:{key}, old:{key}"))) == ["new", "old"]


@pytest.mark.parametrize("written", ["HTTPS://koppla.example.se", " https://koppla.example.se\n"])
def test_https_is_known_however_it_is_written(
    written: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "demo.env").write_text("WIZARD_SANDBOX_URL=http://127.0.0.1:5001")
    monkeypatch.setenv("WIZARD_PUBLIC_URL", written)
    assert load().https
    assert load().public_url == GOOD["WIZARD_PUBLIC_URL"]
    monkeypatch.setenv("WIZARD_WEBHOOK_LOCAL", "true")
    with pytest.raises(SettingsError, match="WIZARD_WEBHOOK_LOCAL"):
        load()
