"""Every condition that keeps Plenary from starting gets a line with its cause and its fix."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import doctor
from ops.embedded import java
from ops.embedded.state import State, write_private
from ops.ports import Ports
from ops.settings import OpsSettings
from ops.testing import free_base
from ops.troubles import Trouble


@pytest.fixture
def ports() -> Ports:
    return Ports(free_base())


@pytest.fixture
def settings(tmp_path: Path, ports: Ports) -> OpsSettings:
    return OpsSettings(state_dir=tmp_path / "state", port_base=ports.base)


@pytest.fixture
def somebody_on_8080(ports: Ports) -> Iterator[int]:
    """Another program that listens where the gateway would."""
    with socket.create_server(("127.0.0.1", ports["gateway"])) as listening:
        yield listening.getsockname()[1]


def program(folder: Path, script: str) -> Path:
    """A stand-in for mongod or Envoy."""
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_machine_with_everything_passes(settings: OpsSettings) -> None:
    findings = doctor.examine(settings)

    assert [finding for finding in findings if finding.verdict == "problem"] == []
    assert {"Python", "MongoDB", "Java", "Envoy", "disk", "ports"} <= {finding.name for finding in findings}


def test_a_taken_port_names_who_has_it_and_how_to_choose_another(settings: OpsSettings, somebody_on_8080: int) -> None:
    findings = list(doctor.taken_ports(settings.ports, ["gateway", "mongod"]))

    assert len(findings) == 1
    assert findings[0].verdict == "problem"
    assert f"port {somebody_on_8080}, where gateway is to listen, is taken by " in findings[0].detail
    assert findings[0].fix == "stop that, or set PLENARY_PORT__GATEWAY to another port"


def test_ports_of_a_running_platform_are_not_held_against_it(settings: OpsSettings, somebody_on_8080: int) -> None:
    findings = list(doctor.examine_before_start(settings, busy=False))

    assert not any(finding.name.startswith("port") for finding in findings)


def test_an_old_java_is_named_with_what_to_install() -> None:
    finding = doctor.java_version(lambda: 11)

    assert (finding.verdict, finding.detail) == ("problem", "Java 11 is too old for Kafka 4")
    assert "openjdk-17" in finding.fix


def test_no_java_at_all_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    finding = doctor.java_version()

    assert (finding.verdict, finding.detail) == ("problem", "Java is not installed")


def test_no_maven_matters_only_until_kafka_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    before = doctor.maven(tmp_path / "libs")

    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / ".checked").write_text(java._stamp())
    after = doctor.maven(tmp_path / "libs")

    assert before.verdict == "problem"
    assert "apt-get install maven" in before.fix
    assert after.verdict == "fine"


def test_a_jar_that_is_not_the_one_we_named_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kafka_2.13-4.3.1.jar").write_bytes(b"something else")

    with pytest.raises(Trouble, match="other jars than"):
        java._check(tmp_path)


def test_a_processor_without_avx_is_told_to_look_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor : 0\nflags\t\t: fpu sse2 ssse3\n")

    finding = doctor.processor(tmp_path / "cpuinfo")

    assert finding.verdict == "problem"
    assert "no AVX" in finding.detail
    assert "MONGODB_URI" in finding.fix


@pytest.mark.parametrize(
    ("script", "detail", "fix"),
    [
        (
            "echo 'mongod: loading shared libraries: libcurl.so.4: cannot open shared object file' >&2; exit 127",
            "mongod needs libcurl.so.4, which is not installed",
            "apt-get install libcurl4",
        ),
        (
            'echo "mongod: /lib/libc.so.6: version \\`GLIBC_2.34\' not found (required by mongod)" >&2; exit 1',
            "mongod needs GLIBC_2.34, and this system is older",
            "MONGODB_URI",
        ),
        ("kill -ILL $$", "mongod uses an instruction that this CPU lacks (AVX)", "MONGODB_URI"),
        ("echo 'no idea' >&2; exit 3", "mongod does not start (no idea)", "MONGODB_URI"),
    ],
)
def test_a_mongod_that_does_not_run_says_why(tmp_path: Path, script: str, detail: str, fix: str) -> None:
    finding = doctor.mongod_runs(lambda: program(tmp_path, script))

    assert (finding.verdict, finding.detail) == ("problem", detail)
    assert fix in finding.fix


def test_an_envoy_that_does_not_run_says_why(tmp_path: Path) -> None:
    finding = doctor.envoy_runs(lambda: program(tmp_path, "echo 'GLIBC too old' >&2; exit 1"))

    assert (finding.verdict, finding.detail) == ("problem", "Envoy does not start (GLIBC too old)")


def test_a_full_disk_is_told_before_a_database_stops_on_it(tmp_path: Path) -> None:
    finding = doctor.disk(tmp_path / "not" / "yet" / "there", lambda _: 300 * 1024**2)

    assert finding.verdict == "problem"
    assert f"only 0.3 GiB are free at {tmp_path}" in finding.detail
    assert "PLENARY_STATE_DIR" in finding.fix


def test_little_memory_is_a_warning_and_only_before_the_start() -> None:
    def available() -> int:
        return 1024**3

    assert doctor.memory(running=False, available=available).verdict == "warning"
    assert doctor.memory(running=True, available=available).verdict == "fine"


def test_secrets_that_others_can_read_are_a_problem(state: State) -> None:
    write_private(state.secrets / "gateway-key", "s")
    before = list(doctor.private_secrets(state))

    (state.secrets / "gateway-key").chmod(0o644)
    after = list(doctor.private_secrets(state))

    assert [finding.verdict for finding in before] == ["fine"]
    assert [finding.verdict for finding in after] == ["problem"]
    assert "chmod -R go=" in after[0].fix


def test_servers_elsewhere_need_neither_java_nor_mongod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://db.example/?replicaSet=rs0")
    monkeypatch.setenv("KAFKA_BROKERS", "kafka.example:9092")

    names = {finding.name for finding in doctor.examine_before_start(OpsSettings(state_dir=tmp_path), busy=False)}

    assert not names & {"MongoDB", "Java", "processor"}
