"""The flask commands; each calls one service."""

from flask import Flask

from wizard.cli.backup import backup
from wizard.cli.company import company
from wizard.cli.connection import connection
from wizard.cli.db import db
from wizard.cli.doctor.command import doctor
from wizard.cli.evidence import evidence
from wizard.cli.firm import firm
from wizard.cli.identity_provider import identity_provider
from wizard.cli.invitation import invitation
from wizard.cli.jobs import jobs
from wizard.cli.key import key
from wizard.cli.keys import keys
from wizard.cli.mail import mail
from wizard.cli.pictures import pictures
from wizard.cli.translations import translations
from wizard.cli.user import user
from wizard.cli.webhook import webhook

GROUPS = (
    backup,
    company,
    connection,
    db,
    evidence,
    firm,
    identity_provider,
    invitation,
    jobs,
    key,
    keys,
    mail,
    pictures,
    translations,
    user,
    webhook,
)


def init_app(app: Flask) -> None:
    """Register the commands on an application."""
    for group in GROUPS:
        app.cli.add_command(group)
    app.cli.add_command(doctor)
