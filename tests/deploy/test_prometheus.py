"""Prometheus asks every process, and its rules speak of what the processes count."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from ops.ports import APIS, WEB, WORKERS, Ports
from shared import metrics
from shared.events import OWNERS
from tests.deploy.dockerfile import ROOT

FOLDER = ROOT / "deploy/prometheus"
CONFIG: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())


def rules() -> list[dict[str, Any]]:
    """Every rule of every file that the configuration names."""
    files = [path for pattern in CONFIG["rule_files"] for path in FOLDER.glob(pattern)]
    groups = [group for path in files for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def counted() -> set[str]:
    """The names of everything that our processes expose, and Prometheus' own ``up``."""
    assert metrics.METHODS
    names = {sample for family in REGISTRY.collect() for sample in _samples(family.name, family.type)}
    return names | {"up"}


def _samples(name: str, kind: str) -> set[str]:
    match kind:
        case "counter":
            return {f"{name}_total"}
        case "histogram":
            return {f"{name}_bucket", f"{name}_sum", f"{name}_count"}
        case "info":
            return {f"{name}_info"}
        case _:
            return {name}


def test_every_process_is_asked_where_it_listens() -> None:
    targets = {target for job in CONFIG["scrape_configs"] for it in job["static_configs"] for target in it["targets"]}

    ports = Ports()
    processes = {f"{name}:{ports[name]}" for name in (*APIS, *WORKERS, *WEB)}
    assert targets == processes | {"gateway:7902", "localhost:9090"}
    named = {
        it["labels"]["service"] for job in CONFIG["scrape_configs"] for it in job["static_configs"] if "labels" in it
    }
    assert named == {*OWNERS, "web", "gateway"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_speaks_of_what_is_counted_and_says_where_to_look(rule: dict[str, Any]) -> None:
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)', " ", rule["expr"])
    functions = set(re.findall(r"([a-z_]+)\s*\(", bare)) | {"sum", "max", "min"}

    names = set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", bare)) - functions
    assert names
    assert names <= counted(), names - counted()
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "look"}


def test_promtool_takes_the_configuration_and_the_rules() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian and Ubuntu: apt-get install prometheus)")

    done = subprocess.run(  # noqa: S603 - ours
        [promtool, "check", "config", str(FOLDER / "prometheus.yml")], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules())} rules found" in done.stdout
