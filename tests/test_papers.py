"""The papers are true: README and docs/ name only settings, commands, paths, addresses and words that exist."""

import re
import tomllib
from enum import StrEnum
from itertools import chain

import pytest
from flask import Flask

from tests.cli.running import commands_of
from tests.measures.__main__ import MEASURES
from tests.support.papers import Paper, paper, papers
from wizard import models
from wizard.causes import Cause, Way
from wizard.config import ROOT, Settings, secrets_of, setting_of
from wizard.models import Base
from wizard.setting_files import SUFFIX

PAPERS = papers()
MOST_WORDS = 900  # of README
SETTING = re.compile(r"^\| `(WIZARD_\w+)` \| (.*) \|$", re.MULTILINE)
SETTING_NAME = re.compile(r"WIZARD_[A-Z_]+")
PATH = re.compile(r"\.?[\w<>*-][\w.<>*-]*(?:/[\w.<>*-]+)*/?")
ADDRESS = re.compile(r"/[\w/<>…#?=&.-]*")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\(\))?")
TOPS = {".ci", "docs", "static", "templates", "tests", "translations", "wizard"}
ENDINGS = (".html", ".in", ".md", ".py", ".toml", ".txt")
ELSEWHERE = {"/ovning/", "/v2"}  # at the stand-in, and at Visma
LONG = 8  # words: a shorter sentence may stand in two papers by chance
WORDS_OF_CODE = {
    word
    for folder in ("wizard", "tests", "templates")
    for path in chain((ROOT / folder).rglob("*.py"), (ROOT / folder).rglob("*.html"))
    for word in re.findall(r"\w+", path.read_text())
}
for written in (
    *(ROOT / name for name in ("pyproject.toml", "Dockerfile", "compose.yaml")),
    *(ROOT / "docs/deploy").rglob("*.*"),
):
    WORDS_OF_CODE |= {"Dockerfile", *re.findall(r"\w+", written.read_text())}

WORD_LISTS = [
    Cause,
    Way,
    *(
        kind
        for kind in vars(models).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum)
    ),
]
DIAGRAMS = [
    models.InvitationStatus,
    models.AuthorizationStatus,
    models.GrantState,
    models.ConnectionStatus,
]

each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)


def glossary() -> list[tuple[str, str]]:
    """The rows of the glossary: each word, and what it is called on pages."""
    rows = re.findall(r"^\| (.+) \|$", paper("docs/glossary.md").text, re.MULTILINE)
    cells = [row.split(" | ") for row in rows]
    return [(row[0].strip("`"), row[-1]) for row in cells]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_one_paper(name: str) -> None:
    field = Settings.model_fields[name]
    rows = [
        row
        for one in PAPERS
        for setting, row in SETTING.findall(one.text)
        if setting == f"WIZARD_{name.upper()}"
    ]
    assert len(rows) == 1
    assert str(field.description) in rows[0]
    if field.is_required():
        assert "required" in rows[0]
    elif isinstance(field.default, str | int) and field.default != "":
        shown = str(field.default).lower() if field.default is False else field.default
        assert f"`{shown}`" in rows[0]


@each_paper
def test_no_setting_stands_there_that_is_gone(paper: Paper) -> None:
    known = {setting_of(name) for name in Settings.model_fields}
    known |= {name + SUFFIX for name in secrets_of()}
    assert set(SETTING_NAME.findall(paper.text)) <= known


def test_every_secret_that_a_file_may_hold_is_named() -> None:
    (said,) = re.findall(
        r"(?s)Each secret \((.+?)\) can stand in a file", paper("docs/production.md").text
    )
    assert set(SETTING_NAME.findall(said)) == set(secrets_of())


@each_paper
def test_every_flask_command_is_there_with_its_options(app: Flask, paper: Paper) -> None:
    for words in paper.commands("flask"):
        if not words or words[0] in {"routes", "--help"}:  # Flask's own
            continue
        group, *rest = words
        names = [word for word in rest if word != "|"] if "|" in rest else rest[:1]
        options = {word for word in rest if word.startswith("--")}
        for name in names:
            said = app.test_cli_runner().invoke(args=[group, name, "--help"])
            assert said.exit_code == 0, words
            assert not {option for option in options if option not in said.output}, words


def test_every_group_of_flask_commands_is_named(app: Flask) -> None:
    named = {words[0] for one in PAPERS for words in one.commands("flask") if words}
    assert set(commands_of(app.cli)) <= named


@each_paper
def test_every_measure_named_is_there_with_its_options(paper: Paper) -> None:
    for name, *rest in paper.commands(".venv/bin/python -m tests.measures"):
        assert name in {*MEASURES, "NAME"}
        if name != "NAME":
            _has_options(name, {word for word in rest if word.startswith("--")})


def test_the_paper_of_measures_names_each_and_its_options() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.*)\|$", paper("docs/measures.md").text, re.MULTILINE)
    assert [name for name, _ in rows] == MEASURES
    for name, options in rows:
        named = set(re.findall(r"--[a-z-]+", options))
        _has_options(name, named)
        assert set(re.findall(r'add_argument\("(--[a-z-]+)"', _source(name))) == named


def _has_options(measure: str, options: set[str]) -> None:
    assert not {option for option in options if f'"{option}"' not in _source(measure)}


def _source(measure: str) -> str:
    folder = ROOT / "tests/measures"
    module = folder / f"{measure}.py"
    return (module if module.exists() else folder / measure / "__main__.py").read_text()


@each_paper
def test_every_target_of_make_is_there(paper: Paper) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target, *_ in paper.commands("make"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@each_paper
def test_every_path_named_is_there(paper: Paper) -> None:
    named = [span for span in paper.spans if PATH.fullmatch(span)]
    paths = [
        span
        for span in named
        if ("/" in span and span.split("/")[0] in TOPS)
        or ("/" not in span and span.endswith(ENDINGS))
    ]
    lost = [path for path in paths if not _is_there(path)]
    assert not lost


def _is_there(path: str) -> bool:
    """From the root; a bare name may lie in any folder."""
    pattern = re.sub(r"<\w+>", "*", path).rstrip("/")
    folders = [ROOT] if "/" in path else [ROOT, *(ROOT / top for top in TOPS)]
    look = [folder.glob(pattern) if folder == ROOT else folder.rglob(pattern) for folder in folders]
    return any(True for found in look for _ in found)


@each_paper
def test_every_address_named_is_there(app: Flask, paper: Paper) -> None:
    rules = [re.sub(r"<[^>]+>", "[^/]+", rule.rule) for rule in app.url_map.iter_rules()]
    lost = []
    for named in {span for span in paper.spans if ADDRESS.fullmatch(span)} - ELSEWHERE:
        address = re.sub(r"<[^>]+>", "x", re.split(r"[?#]", named)[0])
        if address.endswith("…"):  # whatever follows
            there = any(rule.replace("[^/]+", "x").startswith(address[:-1]) for rule in rules)
        else:
            there = any(re.fullmatch(rule, address) for rule in rules)
        lost += [] if there else [named]
    assert not lost


@each_paper
def test_every_name_in_code_style_is_a_word_of_the_code(paper: Paper) -> None:
    names = {span.removesuffix("()") for span in paper.spans if NAME.fullmatch(span)}
    names = {name for name in names if not name.endswith(ENDINGS) and not SETTING_NAME.match(name)}
    names = {name.removesuffix("_total") for name in names}  # as Prometheus calls a counter
    assert not {name for name in names if not {*name.split(".")} <= WORDS_OF_CODE}


@each_paper
def test_every_link_between_papers_leads_somewhere(paper: Paper) -> None:
    anchors = {one.path: one.anchors for one in PAPERS}
    for path, heading in paper.links:
        assert path.exists(), path
        assert not heading or heading in anchors[path], f"{path.name}#{heading}"


def test_every_paper_is_linked_to() -> None:
    linked = {path for one in PAPERS for path, _ in one.links if path != one.path}
    assert {one.path for one in PAPERS[1:]} <= linked


def test_nothing_is_said_twice() -> None:
    said: dict[str, str] = {}
    for one in PAPERS:
        for sentence in re.split(r"(?<=[.:?!])\s+|\n\n|\|", " ".join(one.prose.split(" "))):
            words = " ".join(sentence.split())
            if len(words.split()) >= LONG:
                assert words not in said, f"{one.name} and {said[words]}: {words}"
                said[words] = one.name


def test_the_readme_is_short() -> None:
    assert len(paper("README.md").text.split()) <= MOST_WORDS


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md"])
def test_no_package_of_the_wizard_is_missing_on_the_map(name: str) -> None:
    here = (ROOT / "wizard").iterdir()
    packages = {f"wizard/{path.name}/" for path in here if (path / "__init__.py").exists()}
    assert packages <= set(paper(name).spans)


def test_no_module_of_the_wizard_is_missing_on_the_map_in_detail() -> None:
    modules = {f"wizard/{path.name}" for path in (ROOT / "wizard").glob("*.py")}
    assert modules <= set(paper("docs/architecture.md").spans)


def test_the_order_of_packages_is_that_of_the_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    whole, services = [
        [layer.split(" | ") for layer in contract["layers"]]
        for contract in contracts["contracts"]
        if contract["type"] == "layers"
    ]
    chapter = paper("docs/architecture.md").text.partition("## The order of packages")[2]
    block = chapter.partition("```text\n")[2].partition("```")[0]
    assert [line.split(" | ") for line in block.splitlines()] == whole
    rows = re.findall(r"^\| (`.+`) \|", chapter.partition("\n## ")[0], re.MULTILINE)
    assert [re.findall(r"`(\w+)`", row) for row in rows] == services


@pytest.mark.parametrize("kind", DIAGRAMS, ids=lambda kind: kind.__name__)
def test_each_state_diagram_has_every_state(kind: type[StrEnum]) -> None:
    drawn = re.findall(r"```mermaid\n(.+?)```", paper("docs/architecture.md").text, re.DOTALL)
    assert len(drawn) == len(DIAGRAMS)
    arrows = re.findall(r"(\S+) --> ([^\s:]+)", drawn[DIAGRAMS.index(kind)])
    assert {state for arrow in arrows for state in arrow} - {"[*]"} == {one.value for one in kind}


def test_the_glossary_has_each_table_and_each_package_of_services() -> None:
    tables = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    services = (ROOT / "wizard/services").iterdir()
    packages = {path.name for path in services if (path / "__init__.py").exists()}
    assert tables | packages <= {word for word, _ in glossary()}


@pytest.mark.parametrize("kind", WORD_LISTS, ids=lambda kind: kind.__name__)
def test_the_glossary_has_every_word_that_a_column_may_hold(kind: type[StrEnum]) -> None:
    text = paper("docs/glossary.md").text
    chapter = re.split(rf"^### {kind.__name__}\b", text, flags=re.MULTILINE)[1]
    rows = re.findall(
        r"^\| `([^`]+)` \|", re.split(r"^#", chapter, flags=re.MULTILINE)[0], re.MULTILINE
    )
    assert rows == [member.value for member in kind]


def test_the_glossarys_swedish_is_what_pages_say() -> None:
    texts = [*(ROOT / "templates").rglob("*"), *(ROOT / "translations/sv").rglob("*.po")]
    pages = re.sub(r'"\n"', "", " ".join(one.read_text() for one in texts if one.is_file())).lower()
    swedish = {word for _, shown in glossary() for word in re.findall(r"\*([^*]+)\*", shown)}
    assert swedish
    assert not {word for word in swedish if word.lower() not in pages}
