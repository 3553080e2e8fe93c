"""A run, from start to stop."""

import os

from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from wizard import create_app, embedded
from wizard.config import INSTANCE, ROOT, SettingsError
from wizard.demo import logins, notice, programs
from wizard.demo.bell import Bell
from wizard.demo.catalogues import compile_changed
from wizard.demo.children import Family
from wizard.demo.errors import DemoError
from wizard.demo.plan import Plan, make_plan
from wizard.demo.seed import seed_if_empty
from wizard.demo.trial import open_invitation
from wizard.demo.waiting import wait_until_it_answers, wait_until_told_to_stop
from wizard.migrations import running
from wizard.services.crypto import key_rotation
from wizard.services.crypto.vault import Vault
from wizard.wiring.addresses import link_address

PROVIDER = "visma"


def main() -> int:
    """Start everything, print the addresses, and stop everything on a signal; returns the exit status."""
    bell = Bell()
    family = Family(INSTANCE, bell)
    try:
        _run(family, bell)
    except (DemoError, SettingsError, embedded.EmbeddedError) as error:
        notice.tell_of_failure(str(error))
        return 1
    finally:
        family.stop()
        embedded.release(INSTANCE)
    notice.tell_of_end()
    return 0


def _run(family: Family, bell: Bell) -> None:
    plan = make_plan(os.environ, INSTANCE)
    if plan.ports.sandbox:
        family.start(programs.sandbox(plan, INSTANCE))
    if plan.ports.postbox:
        family.start(programs.postbox(plan, INSTANCE))
    link = _prepare(plan)
    family.start(programs.web(plan))
    family.start(programs.worker(plan))
    wait_until_it_answers(family, bell, plan.ports.web, "/healthz")
    if plan.ports.sandbox:
        wait_until_it_answers(family, bell, plan.ports.sandbox, "/")
    if plan.ports.postbox:
        wait_until_it_answers(family, bell, plan.ports.postbox, "/")
    if not bell.rings:
        known = logins.kept(INSTANCE) if plan.is_demo else []
        notice.tell_of_start(plan, INSTANCE, known, link)
        wait_until_told_to_stop(family, bell)
    notice.tell_of_stop()


def _prepare(plan: Plan) -> str | None:
    """Migrate the database and, in a demo, fill it; returns the URL of an invitation, if any."""
    compile_changed(ROOT / "translations")
    os.environ.update(plan.settings)
    app = create_app()
    engine = app.extensions["engine"]
    try:
        running.upgrade(engine, app.extensions["vault"])
        return _fill(app) if plan.is_demo else None
    except OperationalError as error:
        raise DemoError(f"Databasen svarar inte som den ska: {error.orig}") from error
    finally:
        engine.dispose()  # connections must not be shared with forked processes


def _fill(app: Flask) -> str | None:
    sessions = app.extensions["sessions"]
    with app.test_request_context(), sessions() as session:
        _look_for_lost_keys(session, app.extensions["vault"])
        seed_if_empty(session, INSTANCE)
        link = open_invitation(session, PROVIDER)
        return link_address(link) if link else None


def _look_for_lost_keys(session: Session, vault: Vault) -> None:
    """Without its key no connection could be read again, which would look like a fault of Visma's."""
    for name, number in key_rotation.status(session).items():
        if not vault.has(name):
            message = (
                f"Nyckeln {name} fanns i {INSTANCE / 'demo.env'} och är borta. Den har förseglat {number} "
                "hemligheter i databasen. Lägg tillbaka filen, eller ta bort instance/ för att börja om."
            )
            raise DemoError(message)
