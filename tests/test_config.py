"""Settings: a missing or senseless one stops the start with a sentence that names it."""

import base64
import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from wizard import config, create_app
from wizard.config import SettingsError, load, secrets_of
from wizard.setting_values import token_key_ring

GOOD = {
    "WIZARD_PUBLIC_URL": "https://koppla.example.se",
    "WIZARD_SECRET_KEY": "a key that is long enough to be taken for one",
    "WIZARD_TOKEN_KEYS": "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "WIZARD_DATABASE_URL": "postgresql://wizard@db.example.se/wizard?sslmode=verify-full",
    "WIZARD_VISMA_CLIENT_ID": "client",
    "WIZARD_VISMA_CLIENT_SECRET": "s;e=c.r-e+t",
}

EXAMPLES = {
    "WIZARD_EVIDENCE_KEYS": GOOD["WIZARD_TOKEN_KEYS"],
    **GOOD,
    "WIZARD_DATABASE_URL": "postgresql+psycopg:///wizard",
    "WIZARD_HEARTBEAT_URL": "https://hc-ping.com/1b2c?up=1",
    "WIZARD_SECRET_KEY_PREVIOUS": "an earlier key that is long enough to be one",
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
        ("WIZARD_SECRET_KEY", "x" * 40),
        ("WIZARD_SECRET_KEY_PREVIOUS", "short"),
        ("WIZARD_SECRET_KEY_PREVIOUS", GOOD["WIZARD_SECRET_KEY"]),
        ("WIZARD_SECRET_KEY_PREVIOUS", "y" * 40),
        ("WIZARD_TOKEN_KEYS", f"k1:{base64.b64encode(bytes(32)).decode()}"),
        (
            "WIZARD_TOKEN_KEYS",
            f"{GOOD['WIZARD_TOKEN_KEYS']},k0:{base64.b64encode(b'k' * 32).decode()}",
        ),
        ("WIZARD_DATABASE_TLS", "prefer"),
        ("WIZARD_HEARTBEAT_URL", "hc-ping.com/1b2c"),
        ("WIZARD_METRICS_TOKEN", "short"),
        ("WIZARD_VISMA_API_URL", " "),
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


IN_THE_OPEN = [
    "postgresql://wizard@db.example.se/wizard",
    " POSTGRES://wizard@DB.example.se/wizard ",
    "postgresql://wizard@db.example.se/wizard?sslmode=require",
    "postgresql://wizard@db.example.se/wizard?sslmode=verify-ca",
    "postgresql://wizard@localhost,10.0.0.2/wizard",
    "postgresql://wizard@/wizard?host=db.example.se",
    "postgresql://wizard@/wizard?host=/run/postgresql&host=db.example.se:5433",
    "postgresql://wizard@localhost/wizard?hostaddr=10.0.0.2",
    "postgresql://wizard@/wizard?service=elsewhere",
]
SAFE = [
    "postgresql://wizard@db.example.se/wizard?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem",
    "postgresql:///wizard?host=/run/postgresql",
    "postgresql:///wizard",
    "postgresql://wizard@LOCALHOST:5433/wizard",
    "postgresql://wizard@127.0.0.2/wizard",
    "postgresql://wizard@[::1]/wizard",
]


@pytest.mark.parametrize("address", IN_THE_OPEN)
def test_a_database_elsewhere_must_prove_who_it_is(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIZARD_DATABASE_URL", address)
    with pytest.raises(SettingsError, match=r"WIZARD_DATABASE_URL.*WIZARD_DATABASE_TLS=off"):
        load()
    monkeypatch.setenv("WIZARD_DATABASE_TLS", " OFF")
    assert load().database_in_the_open


@pytest.mark.parametrize("address", SAFE)
def test_a_database_here_or_with_a_certificate_is_taken(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIZARD_DATABASE_URL", address)
    assert not load().database_in_the_open


def test_where_the_database_is_may_stand_in_libpqs_own_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WIZARD_DATABASE_URL", "postgresql:///wizard")
    monkeypatch.setenv("PGHOST", "db.example.se")
    with pytest.raises(SettingsError, match="WIZARD_DATABASE_TLS"):
        load()
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert not load().database_in_the_open


def test_it_is_said_at_the_start_that_the_database_is_in_the_open(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    create_app()
    assert "database_in_the_open" not in capfd.readouterr().err
    monkeypatch.setenv("WIZARD_DATABASE_URL", IN_THE_OPEN[0])
    monkeypatch.setenv("WIZARD_DATABASE_TLS", "off")
    create_app()
    assert "database_in_the_open" in capfd.readouterr().err


@pytest.mark.parametrize("name", sorted(secrets_of()))
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_every_secret_can_stand_in_a_file(
    name: str, end: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    value = EXAMPLES.get(name, "a secret of another kind, long enough")
    file = tmp_path / "secret"
    file.write_bytes(value.encode() + end.encode())
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(f"{name}_FILE", str(file))
    found = getattr(load(), secrets_of()[name])
    assert (found.get_secret_value() if isinstance(found, SecretStr) else found) == value
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}_FILE och {name} "):
        load()


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "finns inte"), (b"\n", "är tom"), (b"\xff\xfe", "UTF-8"), (b"x" * 70_000, "för stor")],
)
def test_a_file_without_a_secret_is_said_in_a_sentence(
    content: bytes | None, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("WIZARD_SMTP_PASSWORD_FILE", str(file))
    with pytest.raises(SettingsError, match=f"WIZARD_SMTP_PASSWORD_FILE.*{said}"):
        load()
    monkeypatch.setenv("WIZARD_SMTP_PASSWORD_FILE", str(tmp_path))  # a folder
    with pytest.raises(SettingsError, match="går inte att läsa"):
        load()


def test_what_is_no_secret_is_not_read_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WIZARD_LOG_LEVEL_FILE", str(tmp_path))
    with pytest.raises(SettingsError, match=r"WIZARD_LOG_LEVEL_FILE.*Sätt WIZARD_LOG_LEVEL"):
        load()


def test_a_file_wins_over_the_demos_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config.DEMO_SETTINGS.write_text(
        "WIZARD_PUBLIC_URL=http://localhost:8000\nWIZARD_VISMA_CLIENT_SECRET=demo\n"
    )
    monkeypatch.delenv("WIZARD_PUBLIC_URL")
    monkeypatch.delenv("WIZARD_VISMA_CLIENT_SECRET")
    (tmp_path / "secret").write_text("ours\n")
    monkeypatch.setenv("WIZARD_VISMA_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    assert load().visma_client_secret.get_secret_value() == "ours"


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("WIZARD_PUBLIC_URL", " HTTPS://Koppla.Example.SE:443/", "https://koppla.example.se"),
        ("WIZARD_PUBLIC_URL", "https://Koppla.example.se:8443", "https://koppla.example.se:8443"),
        ("WIZARD_PUBLIC_URL", "HTTP://LOCALHOST:80", "http://localhost"),
        ("WIZARD_PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("WIZARD_VISMA_API_URL", " HTTPS://API.example.se", "https://api.example.se"),
        ("WIZARD_VISMA_FILE_HOSTS", " Files.Example.se *.A.se", "files.example.se *.a.se"),
        ("WIZARD_DATABASE_URL", " PostgreSQL:///wizard\n", "postgresql+psycopg:///wizard"),
        ("WIZARD_SMTP_SECURITY", " TLS", "tls"),
        ("WIZARD_LOG_LEVEL", "info ", "INFO"),
    ],
)
def test_an_address_or_word_is_taken_however_it_is_written(
    name: str, written: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, written)
    assert getattr(load(), name.removeprefix("WIZARD_").lower()) == kept


def test_production_is_known_by_a_variable_in_small_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config.DEMO_SETTINGS.write_text("WIZARD_LOG_LEVEL=DEBUG\n")
    monkeypatch.delenv("WIZARD_PUBLIC_URL")
    monkeypatch.setenv("wizard_public_url", " HTTPS://koppla.example.se")
    assert load().https
    assert load().log_level == "INFO"


def test_earlier_keys_are_kept_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    last, first = (
        "the key of last year that is no longer ours",
        "the key of the year before that is long gone",
    )
    monkeypatch.setenv("WIZARD_SECRET_KEY_PREVIOUS", f"{last}, {first}")
    assert load().signing_keys == [first, last, GOOD["WIZARD_SECRET_KEY"]]
