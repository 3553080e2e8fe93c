"""Commands for the encryption keys of secrets at rest."""

import click
from flask import current_app

from wizard.cli.groups import Commands
from wizard.extensions import database
from wizard.models import AuditAction
from wizard.services.audit.trail import record
from wizard.services.crypto import key_rotation
from wizard.services.crypto.vault import Vault

keys = Commands("keys", help="Keys for secrets at rest (WIZARD_TOKEN_KEYS).")


@keys.command()
def rotate() -> None:
    """Re-encrypt every secret with the newest key, while web and worker run."""
    vault = _vault()
    done = key_rotation.rotate(database.sessions, vault)
    after = {"done": "keys_rotated", "number": done.resealed}
    record(database.session, AuditAction.BULK_DONE, after=after)
    database.session.commit()
    click.echo(f"Förseglade om {done.resealed} hemligheter under {vault.newest}.")
    if done.left:
        raise click.ClickException(_left(vault, done.left))
    click.echo(
        f"Inget annat än {vault.newest} behövs längre. När alla processer har startats om med "
        f"{vault.newest} först kan äldre nycklar tas bort."
    )


@keys.command()
def status() -> None:
    """Print the number of secrets under each key; exit 1 if a key is missing."""
    vault = _vault()
    with database.sessions() as session:
        found = key_rotation.status(session)
    for name in sorted({vault.newest, *found}):
        note = " (den som förseglar)" if name == vault.newest else ""
        note = note if vault.has(name) else " (saknas i WIZARD_TOKEN_KEYS)"
        click.echo(f"{name}: {found.get(name, 0)}{note}")
    if missing := _missing(vault, found):
        raise click.ClickException(_put_back(missing))


def _left(vault: Vault, left: dict[str, int]) -> str:
    """What to do about secrets under other keys than the newest: no key may be removed yet."""
    told = ", ".join(f"{number} under {name}" for name, number in sorted(left.items()))
    if missing := _missing(vault, left):
        return f"Kvar: {told}. {_put_back(missing)}"
    return f"Kvar: {told}. Kör igen; är de kvar då är de skadade. Ta inte bort någon nyckel."


def _missing(vault: Vault, found: dict[str, int]) -> list[str]:
    return sorted(name for name in found if not vault.has(name))


def _put_back(names: list[str]) -> str:
    """What to do about keys that secrets need and that are not in the ring."""
    return (
        f"Lägg tillbaka {' och '.join(names)} i WIZARD_TOKEN_KEYS, sist i listan, och kör igen: "
        "utan nyckeln går hemligheterna inte att öppna."
    )


def _vault() -> Vault:
    vault: Vault = current_app.extensions["vault"]
    return vault
