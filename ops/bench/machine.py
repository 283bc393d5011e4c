"""On what it was measured: the machine, and the versions of everything that had a part in it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil

from ops.bench import cores
from ops.embedded import java
from ops.embedded.mongod import binary as mongod_binary
from ops.embedded.neighbours import envoy_binary
from ops.settings import ROOT

PACKAGES = ("pymongo", "aiokafka", "faust-streaming", "uvicorn", "uvloop", "fastapi", "starlette", "pydantic", "orjson")


def described(kafka_libs: Path) -> dict[str, str]:
    """Name and value, for the head of the report."""
    memory = psutil.virtual_memory().total / 2**30
    one, minute, _ = os.getloadavg()
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "revision": _revision(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}",
        "load before": f"{one:.2f} over the last minute, {minute:.2f} over five",
        "cores": f"servers on {cores.SERVERS}, load on {cores.LOAD}",
        "Python": platform.python_version(),
        "MongoDB": _first(r"v([\d.]+)", str(mongod_binary()), "--version"),
        "Kafka": _kafka(kafka_libs),
        "Envoy": _first(r"version: [^/]+/([\d.]+)/", str(envoy_binary()), "--version"),
        "Java": _first(r'version "([^"]+)"', java.binary(), "-version"),
        **{name: version for name in PACKAGES if (version := _version(name))},
    }


def _processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found.group(1).strip() if found else platform.machine()


def _first(pattern: str, *command: str) -> str:
    said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    found = re.search(pattern, said.stdout + said.stderr)
    return found.group(1) if found else "unknown"


def _revision() -> str:
    asked = ("git", "-C", str(ROOT), "describe", "--always", "--dirty")
    said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=False)
    return said.stdout.strip() or "not from a checkout"


def _kafka(libs: Path) -> str:
    found = sorted(libs.glob("kafka-server-[0-9]*.jar")) or sorted(libs.glob("kafka_2*.jar"))
    return found[0].stem.rpartition("-")[2] if found else "unknown"


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
