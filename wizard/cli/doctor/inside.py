"""Looks at what is ours: settings, database, worker, keys and disk."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from wizard import lines
from wizard.cli.doctor.findings import Finding, good, note, wrong
from wizard.cli.jobs import SORTS
from wizard.config import INSTANCE
from wizard.extensions import MOST_CONNECTIONS, database, settings, vault
from wizard.mail.smtp import Mailer
from wizard.migrations import fitness
from wizard.services.crypto import key_rotation
from wizard.services.upkeep import heartbeat, measurements
from wizard.wiring import tally

CLOCK_SECONDS = 2.0
LEAST_DISK, LEAST_SHARE = 1024**3, 0.05
OF_WEB, OF_WORKER = MOST_CONNECTIONS + 1, MOST_CONNECTIONS + 6  # as docs/production.md adds up
USUAL_WEB, USUAL_WORKERS = 3, 1
BYTES = 1024**3


def of_settings() -> Finding:
    """Settings that are good enough to start with, and yet not what production wants."""
    lacking = [
        words
        for is_so, words in (
            (not settings.https, "WIZARD_PUBLIC_URL är inte https, så det här är inte produktion"),
            (settings.https and not settings.trusted_proxies, "WIZARD_TRUSTED_PROXIES är 0"),
            (settings.database_in_the_open, "databasen nås över nätet utan sslmode=verify-full"),
            (
                bool(settings.previous_keys),
                "WIZARD_SECRET_KEY_PREVIOUS är kvar: ta bort den efter 14 dagar",
            ),
            (not settings.operator_email, "WIZARD_OPERATOR_EMAIL saknas, så ingen får veta om fel"),
            (settings.second_factor is False, "ingen andra faktor krävs av admin och support"),
        )
        if is_so
    ]
    if lacking:
        return note("Giltiga, men " + "; ".join(lacking) + ".")
    return good("Giltiga.")


def of_database() -> Finding:
    """Whether the database answers, and keeps a session for each connection."""
    if lines.shares_sessions(database.engine.url):
        return wrong(lines.SHARED)
    with database.engine.connect() as connection:
        version = connection.scalar(text("show server_version"))
    return good(f"PostgreSQL {version} svarar.")


def of_clock() -> Finding:
    """How far this computer's clock is from the database's."""
    with database.engine.connect() as connection:
        before = datetime.now(UTC)
        theirs: datetime = connection.scalar(text("select clock_timestamp()"))
        after = datetime.now(UTC)
    apart = abs((theirs - (before + (after - before) / 2)).total_seconds())
    if apart > CLOCK_SECONDS + (after - before).total_seconds():
        return wrong(f"Går {apart:.1f} s från databasens. Ställ båda med NTP.")
    return good("Går som databasens.")


def of_schema() -> Finding:
    """Whether the schema fits this code."""
    with database.engine.connect() as connection:
        exists = connection.scalar(text("select to_regclass('public.alembic_version')"))
        found = connection.scalar(text(fitness.SCHEMA)) if exists else None
    misfit = fitness.misfit(found)
    return wrong(misfit) if misfit else good(f"Schemat är {fitness.newest_revision()}.")


def of_worker() -> Finding:
    """Whether a worker answers."""
    pulse = heartbeat.pulse(database.session)
    if not pulse.is_alive:
        return wrong("Ingen bakgrundstjänst är igång. Starta den: flask jobs work")
    return good(f"Maskiner som arbetar: {pulse.workers}.")


def of_queue() -> Finding:
    """Whether what is due is done in time."""
    late = heartbeat.pulse(database.session).late
    if not late:
        return good("Inget har väntat för länge.")
    told = ", ".join(
        f"{SORTS[sort]} i {int(waited.total_seconds())} s" for sort, waited in late.items()
    )
    return wrong(f"Har väntat för länge: {told}. Se bakgrundstjänstens logg.")


def of_keys() -> Finding:
    """Whether the token keys open what is stored."""
    counted = key_rotation.status(database.session)
    missing = sorted(name for name in counted if not vault.has(name))
    if missing:
        return wrong(f"Lägg tillbaka {' och '.join(missing)} i WIZARD_TOKEN_KEYS, sist i listan.")
    if broken := key_rotation.unopened(database.session, vault):
        names = " och ".join(sorted(broken))
        return wrong(
            f"WIZARD_TOKEN_KEYS har en nyckel som heter {names}, men det är inte den som har förseglat "
            "hemligheterna. Sätt den rätta, ur kopian."
        )
    return good(f"Öppnar det som är lagrat ({sum(counted.values())} hemligheter).")


def of_connections() -> Finding:
    """Whether PostgreSQL lets in as many connections as the processes may take."""
    with database.engine.connect() as connection:
        allowed: int = connection.scalar(
            text(
                "select current_setting('max_connections')::int"
                " - current_setting('superuser_reserved_connections')::int"
                " - coalesce(current_setting('reserved_connections', true), '0')::int"
            )
        )
    told = {
        dict(figure.labels).get("process"): int(value) // MOST_CONNECTIONS
        for figure, value in measurements.read(database.session).items()
        if figure.name == tally.MOST_CONNECTIONS
    }
    web, workers = told.get("web", 0), told.get("worker", 0)
    how = f"{web} webbprocesser och {workers} bakgrundstjänster som är igång"
    if not told:
        web, workers = USUAL_WEB, USUAL_WORKERS
        how = f"{web} webbprocesser och {workers} bakgrundstjänst"
    most = web * OF_WEB + workers * OF_WORKER
    words = f"{how} tar högst {most} anslutningar; PostgreSQL släpper in {allowed}"
    return wrong(f"{words}. Höj max_connections.") if most > allowed else good(f"{words}.")


def of_disk() -> Finding:
    """Whether there is room where this computer writes: our folder, and files on their way."""
    short = []
    for place in (INSTANCE, Path(tempfile.gettempdir())):
        nearest = next(folder for folder in (place, *place.parents) if folder.exists())
        disk = shutil.disk_usage(nearest)
        if disk.free < LEAST_DISK or disk.free < LEAST_SHARE * disk.total:
            short.append(f"{nearest} ({disk.free / BYTES:.1f} GB kvar)")
    if short:
        return wrong(f"Ont om plats: {', '.join(short)}. Rensa, eller ge mer.")
    return good("Det finns plats. Databasens egen disk syns inte härifrån.")


def of_mail() -> Finding:
    """Whether a mail server is there to be tried."""
    if Mailer.of(settings) is None:
        return wrong("WIZARD_SMTP_HOST är inte satt, så inga mejl skickas.")
    return note(f"Inte prövad. {settings.smtp_host} är satt.")
