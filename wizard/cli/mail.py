"""Command that tests the mail settings."""

from email.message import EmailMessage

import click

from wizard.cli.groups import Commands
from wizard.extensions import settings
from wizard.mail.smtp import Mailer, NotSentError

mail = Commands("mail", help="Letters.", any_schema=True)


@mail.command("test")
@click.argument("address")
def mail_test(address: str) -> None:
    """Send a test letter to an address."""
    mailer = Mailer.of(settings)
    if mailer is None:
        raise click.ClickException("WIZARD_SMTP_HOST är inte satt, så inga brev kan skickas.")
    letter = EmailMessage()
    letter["To"] = address
    letter["Subject"] = "Kopplingsguiden: ett prov"
    letter.set_content("Mejlet från Kopplingsguiden kommer fram.\n")
    try:
        mailer.send(letter)
    except NotSentError as error:
        raise click.ClickException(f"Brevet togs inte emot: {error}") from None
    click.echo(f"Brevet är lämnat till {settings.smtp_host}.")
