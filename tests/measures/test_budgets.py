"""Budgets of pages: exact limits of bytes, requests and readability."""

import re
from pathlib import Path

from html5lib import parseFragment

from tests.measures import budgets
from tests.support.postgres import TestServer
from tests.support.readability import readability
from wizard.config import ROOT


def test_every_page_is_within_its_budgets(server: TestServer, tmp_path: Path) -> None:
    with budgets.site(server, tmp_path / "log") as (app, url, visma):
        found = list(budgets.measures(app, url, visma))
    assert len({one.name for one in found}) == len(found) > 30
    assert not [one for one in found if not one.holds]


def test_the_scripts_of_any_page_are_at_most_four_kilobytes_uncompressed() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "static/js").glob("*.js")}
    pages = {
        path: set(re.findall(r"'js/([\w.]+)'", path.read_text()))
        for path in (ROOT / "templates").rglob("*.html")
    }
    everywhere = pages[ROOT / "templates/base.html"]
    assert set().union(*pages.values()) == set(sizes)
    for path, own in pages.items():
        assert sum(sizes[name] for name in everywhere | own) <= budgets.MOST_SCRIPT, path


def test_lix_follows_its_definition() -> None:
    text = "<main><p>Bilen står still. Chauffören väntar otåligt.</p></main>"  # 6 words, 2 long, 2 sentences
    found = readability(parseFragment(text, namespaceHTMLElements=False)[0])
    assert found.words == 6
    assert found.lix == 6 / 2 + 100 * 2 / 6


def test_lix_ignores_names_and_buttons() -> None:
    text = (
        '<main><p>Tryck på "Behörighetsinställningar" i Visma.</p><svg><text>Ja</text></svg></main>'
    )
    assert readability(parseFragment(text, namespaceHTMLElements=False)[0]).words == 3
