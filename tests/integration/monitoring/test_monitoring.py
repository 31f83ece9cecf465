"""Alerts, dashboard, runbook and the figures in the code hold each other to the same names; each alert fires."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.world import a_world

ROOT = Path(__file__).parents[3]
DASHBOARD = (ROOT / "k8s/monitoring/dashboard.json").read_text()
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
REHEARSALS = Path(__file__).with_name("rehearsals.yaml")
RULES = [
    rule
    for group in yaml.safe_load((ROOT / "k8s/monitoring/alerts.yaml").read_text())["spec"]["groups"]
    for rule in group["rules"]
]
OF_A_WORKER_ON_KAFKA = {"waymark_consumer_lag"}


def names_in(text: str) -> set[str]:
    return {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"\bwaymark_\w+", text)}


def rehearse(rules: list[dict[str, Any]], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the rehearsals over these rules. Their annotations, which are for people, are left out."""
    bare = [{key: rule[key] for key in rule if key != "annotations"} for rule in rules]
    (folder / "alerts.yaml").write_text(yaml.safe_dump({"groups": [{"name": "waymark", "rules": bare}]}))
    (folder / "rehearsals.yaml").write_text(REHEARSALS.read_text())
    command = ["promtool", "test", "rules", str(folder / "rehearsals.yaml")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class TestTheFigures:
    def test_that_alerts_and_dashboard_ask_for_are_told_by_a_service(self, tmp_path: Path) -> None:
        with a_world(tmp_path) as world:
            addresses = [f"/{service}/metrics" for service in world.system.services]
            pages = [world.figures(address).text for address in addresses]
        told = set(re.findall(r"^# TYPE (waymark_\w+)", "\n".join(pages), re.MULTILINE)) | OF_A_WORKER_ON_KAFKA

        asked = names_in(" ".join(rule["expr"] for rule in RULES)) | names_in(DASHBOARD)

        assert asked - told == set()


class TestTheAlerts:
    def test_fire_when_rehearsed_and_not_before(self, tmp_path: Path) -> None:
        done = rehearse(RULES, tmp_path)

        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
    def test_are_each_rehearsed(self, rule: dict[str, Any], tmp_path: Path) -> None:
        """An alert that never fires fails its rehearsal."""
        dumb = rule | {"expr": f"({rule['expr']}) and vector(1) > 2"}

        done = rehearse([dumb if other is rule else other for other in RULES], tmp_path)

        assert done.returncode == 1
        assert rule["alert"] in done.stderr

    def test_have_a_section_of_the_runbook_each(self) -> None:
        sections = re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)

        assert sections == [rule["alert"] for rule in RULES]
        assert {rule["annotations"]["runbook"] for rule in RULES} == {
            f"docs/runbook.md#{section.lower()}" for section in sections
        }
