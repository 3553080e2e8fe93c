"""Each alarm fires on what it is for, says what to do, and none fires while all is well."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from wizard.config import ROOT

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("prometheus")]
FOLDER = ROOT / "docs/deploy/prometheus"
RULES = FOLDER / "kopplingsguiden.rules.yml"
BOARD = ROOT / "docs/deploy/grafana/kopplingsguiden.json"
PAPER = ROOT / "docs/metrics.md"
FIGURE = re.compile(r"\bwizard_\w+")
LATEST = "40m"
Series = dict[str, str]
# An hour of a wizard that works, a sample each minute.
WELL: Series = {
    'up{job="kopplingsguiden"}': "1x60",
    "wizard_database_up": "1x60",
    "wizard_workers": "2x60",
    'wizard_late_work{work="refresh"}': "0x60",
    'wizard_outage{provider="visma",kind="silent"}': "0x60",
    'wizard_grant_refreshes_total{provider="visma",outcome="ok"}': "0+10x60",
    'wizard_grant_refreshes_total{provider="visma",outcome="failed"}': "0+1x60",
    'wizard_grant_refreshes_total{provider="visma",outcome="ours"}': "0x60",
    'wizard_letters_total{outcome="sent"}': "0+1x60",
    'wizard_letters_total{outcome="server_refused"}': "0x60",
    'wizard_webhook_deliveries_total{outcome="taken"}': "0+5x60",
    'wizard_webhook_deliveries_total{outcome="not_trusted"}': "0x60",
    'wizard_webhook_receivers{state="paused"}': "0x60",
    'wizard_database_connections_in_use{process="web"}': "5x60",
    'wizard_database_connections_limit{process="web"}': "60x60",
    'wizard_threads_in_use{process="web"}': "5x60",
    'wizard_threads_limit{process="web"}': "48x60",
    'wizard_http_requests_total{endpoint="about.home",status="200"}': "0+60x60",
    'wizard_http_requests_total{endpoint="about.home",status="500"}': "0x60",
}


@dataclass(frozen=True)
class Trouble:
    """What goes wrong: these figures become others, and this alarm fires with these labels."""

    alarm: str
    becomes: Series
    labels: dict[str, str]


VISMA = {"provider": "visma"}
TROUBLES = [
    Trouble("WizardAway", {'up{job="kopplingsguiden"}': "1x5 0x55"}, {"job": "kopplingsguiden"}),
    Trouble("WizardDatabaseGone", {"wizard_database_up": "1x5 0x55"}, {}),
    Trouble("WizardWorkerDead", {"wizard_workers": "2x5 0x55"}, {}),
    Trouble(
        "WizardQueueLate", {'wizard_late_work{work="refresh"}': "0x5 1x55"}, {"work": "refresh"}
    ),
    Trouble(
        "WizardProviderDown",
        {'wizard_outage{provider="visma",kind="silent"}': "0x5 1x55"},
        {**VISMA, "kind": "silent"},
    ),
    Trouble(
        "WizardRefreshFailing",
        {
            'wizard_grant_refreshes_total{provider="visma",outcome="ok"}': "0x60",
            'wizard_grant_refreshes_total{provider="visma",outcome="failed"}': "0+2x60",
        },
        VISMA,
    ),
    Trouble(
        "WizardRefreshFailing",
        {'wizard_grant_refreshes_total{provider="visma",outcome="ours"}': "0+1x60"},
        VISMA,
    ),
    Trouble("WizardMailRefused", {'wizard_letters_total{outcome="server_refused"}': "0+1x60"}, {}),
    Trouble(
        "WizardReceiverNotTrusted",
        {'wizard_webhook_deliveries_total{outcome="not_trusted"}': "0+1x60"},
        {},
    ),
    Trouble(
        "WizardReceiverPaused",
        {'wizard_webhook_receivers{state="paused"}': "0x5 1x55"},
        {"state": "paused"},
    ),
    Trouble(
        "WizardConnectionsUsedUp",
        {'wizard_database_connections_in_use{process="web"}': "60x60"},
        {"process": "web"},
    ),
    Trouble(
        "WizardThreadsUsedUp", {'wizard_threads_in_use{process="web"}': "48x60"}, {"process": "web"}
    ),
    Trouble(
        "WizardServerErrors",
        {'wizard_http_requests_total{endpoint="about.home",status="500"}': "0+30x60"},
        {},
    ),
]


def rules() -> dict[str, dict[str, Any]]:
    """The alarms by name."""
    found = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for group in found for rule in group["rules"]}


def promtool(*words: str, given: str | None = None) -> None:
    """Debian's promtool; what it finds fails the test."""
    program = shutil.which("promtool")
    assert program, "promtool saknas: apt-get install --no-install-recommends prometheus"
    done = subprocess.run(
        [program, *words], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_and_settings_are_read_without_a_complaint(tmp_path: Path) -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", str(RULES))
    promtool("check", "config", "--syntax-only", str(FOLDER / "prometheus.yml"))


def test_the_figures_are_written_as_prometheus_wants_them(make_app: Callable[..., Flask]) -> None:
    token = "a token that only Prometheus has, of us all"
    client = make_app(metrics_token=token).test_client()
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    promtool("check", "metrics", given=answer.get_data(as_text=True))


def test_every_alarm_is_tried_and_says_what_to_do() -> None:
    assert {one.alarm for one in TROUBLES} == set(rules())
    for name, rule in rules().items():
        assert len(rule["annotations"]["action"].split()) > 8, name
        assert rule["annotations"]["summary"].endswith("."), name
        assert rule["labels"]["severity"] in {"page", "ticket"}, name


def test_each_alarm_fires_on_its_trouble_and_nothing_else_does(tmp_path: Path) -> None:
    tests = [_test(WELL, {}), *(_test({**WELL, **one.becomes}, _expected(one)) for one in TROUBLES)]
    file = tmp_path / "tests.yml"
    file.write_text(
        json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests})
    )
    promtool("test", "rules", str(file))


def test_an_alarm_that_is_not_expected_is_noticed(tmp_path: Path) -> None:
    """The test above can fail."""
    broken = _test({**WELL, **TROUBLES[0].becomes}, {})
    file = tmp_path / "tests.yml"
    given = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [broken]}
    file.write_text(json.dumps(given))
    with pytest.raises(AssertionError, match="FAILED"):
        promtool("test", "rules", str(file))


@pytest.mark.parametrize("file", [RULES, BOARD], ids=["rules", "board"])
def test_every_figure_that_is_asked_for_is_there(file: Path) -> None:
    documented = set(re.findall(r"^\| `(wizard_\w+)`", PAPER.read_text(), re.MULTILINE))
    documented |= {f"{name}_{end}" for name in documented for end in ("bucket", "sum", "count")}
    assert set(FIGURE.findall(file.read_text())) <= documented


def _expected(trouble: Trouble) -> dict[str, Any]:
    rule = rules()[trouble.alarm]
    told = {
        key: re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda name: trouble.labels[name[1]], text)
        for key, text in rule["annotations"].items()
    }
    labels = {**rule["labels"], **trouble.labels}
    return {trouble.alarm: [{"exp_labels": labels, "exp_annotations": told}]}


def _test(series: Series, expected: dict[str, Any]) -> dict[str, Any]:
    """All alarms late in the hour, and none before anything can have happened."""
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [
            {"eval_time": when, "alertname": alarm, "exp_alerts": fires}
            for alarm in rules()
            for when, fires in ((LATEST, expected.get(alarm, [])), ("0m", []))
        ],
    }


def test_each_panel_of_the_board_asks_something_that_can_be_asked(tmp_path: Path) -> None:
    """As rules that record, which promtool reads; a panel without a title or a question is none."""
    panels = json.loads(BOARD.read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(panels) > 10
    assert all(panel["title"] and panel["targets"] for panel in panels)
    recorded = [{"record": f"board:{place}", "expr": expr} for place, expr in enumerate(asked)]
    file = tmp_path / "board.yml"
    file.write_text(json.dumps({"groups": [{"name": "board", "rules": recorded}]}))
    promtool("check", "rules", "--lint=none", str(file))
