"""Commands for evidence: whether the ZIP file of a sample is as it was fetched."""

from pathlib import Path

import click

from wizard.cli.groups import Commands
from wizard.extensions import signer
from wizard.models.api import STOCKHOLM
from wizard.services.evidence.proof import (
    Checked,
    NoManifestError,
    Proof,
    Standing,
    check_archive,
    read_manifest,
)

evidence = Commands("evidence", help="Documents that were fetched for a sample.")

STANDINGS = {
    Standing.OURS: "Signaturen är vår.",
    Standing.ALTERED: "underlag.json har ändrats sedan den signerades.",
    Standing.UNKNOWN_KEY: "Nyckeln {key} finns inte i WIZARD_EVIDENCE_KEYS.",
    Standing.UNSIGNED: "underlag.json är inte signerad.",
}
PROVES = (
    "Det visar att filerna kom till oss från bokföringsprogrammet då, med det medgivandet. Det visar inte att "
    "det som står i dem är sant, att inget mer fanns, eller att de ser likadana ut i programmet i dag."
)


@evidence.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Say when and from where FILE (a sample's ZIP, or underlag.json) was fetched, and what it proves."""
    try:
        proof, checked, strange = _read(file)
    except NoManifestError:
        raise click.ClickException(
            "Filen är varken zip-filen till ett stickprov eller underlag.json. Utan underlag.json går det "
            "inte att säga något om en fil: vi sparar inget av det som hämtas."
        ) from None
    click.echo(STANDINGS[proof.standing].format(key=proof.key))
    if proof.standing is Standing.OURS:
        _tell(proof)
    wrong = [one for one in checked if not one.is_same]
    for one in wrong:
        click.echo(f"{one.entry.file}: {'ändrad' if one.is_there else 'saknas'}")
    for name in strange:
        click.echo(f"{name}: finns inte i underlag.json")
    if checked:
        click.echo(f"{len(checked) - len(wrong)} av {len(checked)} dokument är som de hämtades.")
    if proof.standing is not Standing.OURS or wrong or strange:
        raise click.ClickException("Filen är inte som vi lämnade den, eller går inte att bekräfta.")
    click.echo(PROVES)


def _read(file: Path) -> tuple[Proof, list[Checked], list[str]]:
    if file.suffix.lower() == ".json":
        return read_manifest(file.read_bytes(), signer()), [], []
    with file.open("rb") as opened:
        return check_archive(opened, signer())


def _tell(proof: Proof) -> None:
    at = f"{proof.began.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
    click.echo(
        f"Hämtat {at} från {proof.provider}, {proof.company} ({proof.organisation_number}), "
        f"av {proof.by}. Medgivande: {proof.consent or 'okänt'}."
    )
