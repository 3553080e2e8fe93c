"""Use of the embedded server: private, with an ordinary role, persistent."""

import stat
from pathlib import Path

import psycopg
import pytest

from tests.embedded.conftest import ask, connect, server_pid, use
from wizard import embedded
from wizard.embedded import EmbeddedError


def test_a_new_folder_gets_a_server_with_an_ordinary_role(instance: Path) -> None:
    url = use(instance)

    assert url.startswith("postgresql+psycopg://wizard:")
    assert ask(url, "SELECT current_database()") == "wizard"
    assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert ask(url, "SELECT datlocale FROM pg_database WHERE datname = 'wizard'") == "C.UTF-8"
    assert ask(url, "SELECT upper('åäö')") == "ÅÄÖ"


def test_data_stays_when_the_server_has_been_stopped(instance: Path) -> None:
    with connect(use(instance)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    assert embedded.release(instance)
    assert ask(use(instance), "SELECT answer FROM kept") == 42


def test_only_the_owner_can_read_the_password_and_the_data(instance: Path) -> None:
    use(instance)

    assert stat.S_IMODE((instance / "postgres-password").stat().st_mode) == 0o600
    assert stat.S_IMODE((instance / "postgres").stat().st_mode) == 0o700


def test_the_password_is_required(instance: Path) -> None:
    url = use(instance)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(url.replace("wizard:", "wizard:x"))
    with pytest.raises(psycopg.OperationalError):
        connect(url.replace("wizard:", "postgres:"))


def test_it_is_reached_by_socket_only(instance: Path) -> None:
    assert ask(use(instance), "SHOW listen_addresses") == ""


def test_a_deep_folder_does_not_make_the_socket_path_too_long(instance: Path) -> None:
    deep = instance / "/".join(["en ganska djup mapp"] * 10)

    url = use(deep)

    assert ask(url, "SELECT 1") == 1
    embedded.remove(deep)


def test_use_is_idempotent(instance: Path) -> None:
    url = use(instance)

    assert use(instance) == url
    assert embedded.release(instance)
    assert not embedded.release(instance)


def test_the_users_own_postgresql_settings_are_ignored(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "1", "PGDATA": "/nowhere", "PGHOST": "nowhere"}.items():
        monkeypatch.setenv(name, value)

    assert ask(use(instance), "SELECT 1") == 1


def test_a_moved_folder_keeps_its_data(instance: Path) -> None:
    with connect(use(instance)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    embedded.release(instance)

    moved = instance.rename(instance.with_name("flyttad instans"))

    assert ask(use(moved), "SELECT answer FROM kept") == 42


def test_a_folder_moved_while_the_server_runs_finds_it_again(instance: Path) -> None:
    url = use(instance)
    pid = server_pid(instance / "postgres")

    moved = instance.rename(instance.with_name("flyttad instans"))

    assert use(moved) == url
    assert server_pid(moved / "postgres") == pid
    assert not embedded.release(instance)
    assert embedded.release(moved)


def test_data_of_another_major_version_is_reported_clearly(instance: Path) -> None:
    use(instance)
    embedded.release(instance)
    (instance / "postgres/data/PG_VERSION").write_text("12\n")

    with pytest.raises(EmbeddedError, match=r"PostgreSQL 12, men här finns bara version .*18"):
        use(instance)


def test_a_lost_password_is_replaced(instance: Path) -> None:
    with connect(use(instance)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    (instance / "postgres-password").unlink()

    assert ask(use(instance), "SELECT answer FROM kept") == 42


def test_remove_deletes_all_files_of_the_server(instance: Path) -> None:
    use(instance)

    assert embedded.remove(instance)

    assert [path.name for path in instance.iterdir()] == ["postgres.lock"]
