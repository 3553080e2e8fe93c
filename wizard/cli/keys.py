"""Commands for the encryption keys of secrets at rest."""

import click
from flask import current_app
from flask.cli import AppGroup

from wizard.extensions import database
from wizard.services.crypto import key_rotation
from wizard.services.crypto.vault import Vault

keys = AppGroup("keys", help="Keys for secrets at rest (WIZARD_TOKEN_KEYS).")


@keys.command()
def rotate() -> None:
    """Re-encrypt every secret with the newest key, while web and worker run."""
    vault = _vault()
    done = key_rotation.rotate(database.sessions, vault)
    click.echo(f"Förseglade om {done.resealed} hemligheter under {vault.newest}.")
    stuck = {name: number for name, number in done.left.items() if vault.has(name)}
    lost = {name: number for name, number in done.left.items() if not vault.has(name)}
    for name, number in sorted(lost.items()):
        click.echo(
            f"{number} är under {name}, som saknas i WIZARD_TOKEN_KEYS, och går inte att öppna."
        )
    if stuck:
        told = ", ".join(f"{number} under {name}" for name, number in sorted(stuck.items()))
        raise click.ClickException(f"Kvar: {told}. Kör igen; är de kvar då är de skadade.")
    click.echo(
        f"Inget annat än {vault.newest} behövs längre. När alla processer har startats om med "
        f"{vault.newest} först kan äldre nycklar tas bort."
    )


@keys.command()
def status() -> None:
    """Print the number of secrets under each key."""
    vault = _vault()
    with database.sessions() as session:
        found = key_rotation.status(session)
    for name in sorted({vault.newest, *found}):
        note = " (den som förseglar)" if name == vault.newest else ""
        note = note if vault.has(name) else " (saknas i WIZARD_TOKEN_KEYS)"
        click.echo(f"{name}: {found.get(name, 0)}{note}")


def _vault() -> Vault:
    vault: Vault = current_app.extensions["vault"]
    return vault
