"""What pages may weigh, how many requests they take, and how they read: bytes and counts are exact."""

from pathlib import Path

from html5lib import parseFragment

from tests import budgets
from tests.postgres import TestServer
from tests.readability import readability
from wizard.config import ROOT


def test_every_page_keeps_its_budgets(server: TestServer, tmp_path: Path) -> None:
    with budgets.site(server, tmp_path / "log") as (app, url, visma):
        found = list(budgets.measures(app, url, visma))
    assert len({one.name for one in found}) == len(found) > 30
    assert not [one for one in found if not one.holds]


def test_all_script_there_is_fits_in_four_kilobytes_uncompressed() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "static/js").glob("*.js")) <= 4096


def test_lix_is_counted_as_the_books_say() -> None:
    text = "<main><p>Bilen står still. Chauffören väntar otåligt.</p></main>"  # 6 words, 2 long, 2 sentences
    found = readability(parseFragment(text, namespaceHTMLElements=False)[0])
    assert found.words == 6
    assert found.lix == 6 / 2 + 100 * 2 / 6


def test_lix_leaves_names_and_buttons_aside() -> None:
    text = (
        '<main><p>Tryck på "Behörighetsinställningar" i Visma.</p><svg><text>Ja</text></svg></main>'
    )
    assert readability(parseFragment(text, namespaceHTMLElements=False)[0]).words == 3
