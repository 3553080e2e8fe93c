"""Sharing of the server: the first process starts it, the last one stops it."""

import atexit
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import psycopg

from wizard.embedded import lock, postmaster
from wizard.embedded.cluster import Cluster
from wizard.embedded.errors import EmbeddedError
from wizard.embedded.place import Place, forget, settle
from wizard.embedded.private import write_private
from wizard.embedded.programs import find_programs
from wizard.embedded.server import Server

TRY_SECONDS = 30
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Use:
    """This process's use of a server: an open handle on the shared lock."""

    server: Server
    handle: int
    pid: int


_uses: dict[Path, Use] = {}


def use(instance: Path, settings: Mapping[str, str] = NO_SETTINGS) -> str:
    """Create and start the server of an instance folder if needed; returns its SQLAlchemy URL.

    The server runs until this process ends or calls `release`. `settings` are PostgreSQL settings
    without spaces, used if this call starts the server. Call it again after a fork, or if the server
    was killed. Raises EmbeddedError.
    """
    instance = instance.resolve()
    try:
        instance.mkdir(parents=True, exist_ok=True)
        with lock.alone(_door(instance)):
            return _enter(instance, settings)
    except OSError as error:
        raise EmbeddedError(f"Databasen under {instance} kan inte användas: {error}") from error


def inherit(instance: Path) -> None:
    """After a fork: take the child's own lock, so that it can be the one to stop the server."""
    instance = instance.resolve()
    parents = _uses.get(instance)
    if parents is not None and parents.pid != os.getpid():
        handle = lock.join(parents.server.place.users)
        _remember(instance, Use(parents.server, handle, os.getpid()))


def release(instance: Path) -> bool:
    """Stop using the server; returns True if that stopped it, as the last user."""
    instance = instance.resolve()
    mine = _uses.pop(instance, None)
    if mine is None or mine.pid != os.getpid():
        return False
    try:
        with lock.alone(_door(instance)):
            return _leave(mine)
    except FileNotFoundError:
        # The folder was moved or deleted while we used it. Whoever uses it next finds the server;
        # deleted, the server notices and ends itself.
        os.close(mine.handle)
        return False


def remove(instance: Path) -> bool:
    """Delete the server and its data unless a process uses it; returns True if deleted."""
    instance = instance.resolve()
    release(instance)
    with lock.alone(_door(instance)):
        place = settle(instance)
        if not lock.is_free(place.users):
            return False
        if postmaster.runs(place.data):
            Server(place, find_programs(place), NO_SETTINGS).stop()
        forget(place)
        return True


def _door(instance: Path) -> Path:
    """The lock that lets one process at a time start or stop using the server."""
    return instance / "postgres.lock"


def _enter(instance: Path, settings: Mapping[str, str]) -> str:
    place = settle(instance)
    server = Server(place, find_programs(place), settings)
    handle = lock.join(place.users)
    try:
        _prepare(server)
        server.ensure()
        address = f"//wizard:{place.password()}@/wizard?host={place.socket_folder()}&port=5432"
        _try(address, place)
    except BaseException:
        _leave(Use(server, handle, os.getpid()))
        raise
    _remember(instance, Use(server, handle, os.getpid()))
    return f"postgresql+psycopg:{address}"


def _try(address: str, place: Place) -> None:
    """A server can start, and let nobody in, when files of it are missing."""
    try:
        psycopg.connect(f"postgresql:{address}", connect_timeout=TRY_SECONDS).close()
    except psycopg.OperationalError as error:
        message = f"Databasen svarar inte som den ska: {error}\n{place.way_out()}"
        raise EmbeddedError(message) from error


def _prepare(server: Server) -> None:
    """Create the password and the data folder, if missing."""
    place = server.place
    cluster = Cluster(place, server.programs, durable=server.settings.get("fsync") != "off")
    lost = not place.password()
    if lost:
        write_private(place.password_file, secrets.token_urlsafe(24) + "\n")
    if not place.data.exists():
        cluster.make()
    elif lost:
        server.stop()
        cluster.set_password()


def _remember(instance: Path, mine: Use) -> None:
    """Record the use, and close an earlier one of this process or its parent."""
    if not _uses:
        atexit.register(_release_all)
    earlier = _uses.get(instance)
    if earlier is not None:
        os.close(earlier.handle)
    _uses[instance] = mine


def _release_all() -> None:
    for instance in list(_uses):
        release(instance)


def _leave(mine: Use) -> bool:
    os.close(mine.handle)
    if not lock.is_free(mine.server.place.users):
        return False
    if mine.server.place.data.exists():
        mine.server.stop()
    return True
