"""Commands for the pictures of other programs' pages, drawn in a real browser."""

import importlib.util
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from wizard.cli.groups import Commands
from wizard.cli.translations import compile_
from wizard.config import ROOT
from wizard.pictures import manifest
from wizard.pictures.catalogue import PICTURES
from wizard.pictures.definitions import Picture
from wizard.pictures.manifest import Entry, fingerprint, is_stale
from wizard.web.picture.pages import pages_of

pictures = Commands("pictures", help="Pictures in the guide and the help.", any_schema=True)

FOLDER = ROOT / "static/pictures"


@pictures.command()
@click.option("--all", "every", is_flag=True, help="Also those that are not stale.")
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="Where to.")
@click.pass_context
def make(context: click.Context, every: bool, folder: Path) -> None:
    """Draw the pictures whose sources have changed."""
    context.invoke(compile_)  # one picture shows our own texts
    entries = manifest.read(folder)
    pages = {key: pages_of(picture) for key, picture in PICTURES.items()}
    due = [
        picture
        for key, picture in PICTURES.items()
        if every or is_stale(picture, entries.get(key), pages[key])
    ]
    if files := [picture for picture in due if not picture.live]:
        _draw(files, pages, folder)
    drawn = {each.key: _entry(each, entries.get(each.key), pages[each.key]) for each in due}
    kept = {key: entry for key, entry in entries.items() if key in PICTURES}
    folder.mkdir(parents=True, exist_ok=True)
    manifest.write(folder, kept | drawn)
    click.echo(f"Ritade: {', '.join(drawn) or 'inga, alla var aktuella'}.")


@pictures.command()
@click.argument("keys", nargs=-1, required=True, metavar="visma/login …")
def checked(keys: tuple[str, ...]) -> None:
    """Record that somebody compared pictures with the real pages today."""
    entries = manifest.read(FOLDER)
    for key in keys:
        if key not in entries:
            raise click.ClickException(f"Det finns ingen bild {key}. Se static/pictures.")
        old = entries[key]
        entries[key] = replace(old, checked=_today())
    manifest.write(FOLDER, entries)
    click.echo(f"Kontrollerade i dag: {', '.join(keys)}.")


def _draw(due: list[Picture], pages: dict[str, dict[str, str]], folder: Path) -> None:
    _demand_browser()
    sheets = [
        {"provider": each.provider, "stem": stem, "html": page, "drawing": each.drawing()}
        for each in due
        for stem, page in pages[each.key].items()
    ]
    done = subprocess.run(  # noqa: S603 -- our own module, nothing from outside
        [sys.executable, "-m", "wizard.pictures.draw", str(folder.resolve())],
        input=json.dumps(sheets).encode(),
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise click.ClickException("Bilderna gick inte att rita. Felet står ovanför.")


def _demand_browser() -> None:
    if importlib.util.find_spec("playwright") is None:
        raise click.ClickException(
            "Playwright saknas. Det hör till utvecklingen: kör make development."
        )
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        raise click.ClickException(
            "Chromium saknas. På Debian: apt install --no-install-recommends chromium (som root)."
        )


def _entry(picture: Picture, old: Entry | None, pages: dict[str, str]) -> Entry:
    """The manifest entry; a changed picture is drawn today and not yet checked, another keeps its dates."""
    prints = {stem: fingerprint(picture, page) for stem, page in pages.items()}
    if old is not None and dict(old.fingerprints) == prints:
        return old
    return Entry(picture.width, picture.height, _today(), None, prints)


def _today() -> date:
    return date.today()  # noqa: DTZ011 -- the day of whoever sits at the terminal
