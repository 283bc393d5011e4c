"""Java and Maven on this machine, and Kafka's jars."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from ops.embedded.state import private_folder
from ops.troubles import Exit, Trouble

OLDEST = 17
"""Kafka 4's broker needs it."""
INSTALL_JAVA = f"install Java {OLDEST} or later (Debian and Ubuntu: apt-get install openjdk-17-jre-headless)"
INSTALL_MAVEN = "install Maven (Debian and Ubuntu: apt-get install maven)"

KAFKA = Path(__file__).resolve().parent.parent / "kafka"
POM = KAFKA / "pom.xml"
SUMS = KAFKA / "libs.sha256"


def binary() -> str:
    """The java to use: the one of JAVA_HOME, or the one on the path."""
    home = os.environ.get("JAVA_HOME")
    candidates = ([str(Path(home) / "bin" / "java")] if home else []) + ["java"]
    for candidate in candidates:
        if found := shutil.which(candidate):
            return found
    raise Trouble("Java is not installed", INSTALL_JAVA, code=Exit.CANNOT_START)


def version(java: str | None = None) -> int:
    """Its feature release, such as 17."""
    said = subprocess.run(
        [java or binary(), "-version"], capture_output=True, text=True, timeout=30, check=False
    ).stderr
    found = re.search(r'version "(\d+)(?:\.(\d+))?', said)
    if not found:
        raise Trouble("java does not tell its version", INSTALL_JAVA, code=Exit.CANNOT_START)
    major = int(found.group(1))
    return int(found.group(2) or 0) if major == 1 else major  # Java 8 called itself 1.8.


def require() -> None:
    """Java as Kafka needs it, or a trouble."""
    if (found := version()) < OLDEST:
        raise Trouble(f"Java {found} is too old for Kafka 4", INSTALL_JAVA, code=Exit.CANNOT_START)


def expected_jars() -> dict[str, str]:
    """SHA-256 of every jar by its name."""
    pairs = (line.split() for line in SUMS.read_text().splitlines() if line.strip())
    return {name: digest for digest, name in pairs}


def fetched(libs: Path) -> bool:
    """Whether the jars are there and were checked for this list of them."""
    stamp = libs / ".checked"
    return stamp.exists() and stamp.read_text() == _stamp()


async def fetch(libs: Path) -> None:
    """Have Maven copy Kafka and what it needs to ``libs``, and check every jar. Nothing to do the second time."""
    if fetched(libs):
        return
    maven = shutil.which("mvn")
    if maven is None:
        raise Trouble("Maven is not installed, and Kafka is not fetched yet", INSTALL_MAVEN, code=Exit.CANNOT_START)
    draft = libs.with_name(f"{libs.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    private_folder(draft.parent)
    child = await asyncio.create_subprocess_exec(
        *(maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"),
        *("-DincludeScope=runtime", f"-DoutputDirectory={draft}"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    if child.returncode:
        lines = [line for line in said.decode(errors="replace").splitlines() if "ERROR" in line]
        cause = lines[0].replace("[ERROR]", "").strip()[:300] if lines else "it gave no reason"
        raise Trouble(
            f"Maven could not fetch Kafka ({cause})",
            "check the network and Maven's settings, then run ./plenary up again",
            code=Exit.CANNOT_START,
        )
    _check(draft)
    (draft / ".checked").write_text(_stamp())
    shutil.rmtree(libs, ignore_errors=True)
    draft.rename(libs)


def _check(folder: Path) -> None:
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
    if found != expected_jars():
        odd = sorted(
            name for name in found.keys() | expected_jars().keys() if found.get(name) != expected_jars().get(name)
        )
        raise Trouble(
            f"Maven fetched other jars than ops/kafka/libs.sha256 names ({', '.join(odd[:3])})",
            "clear Maven's copy of them and try again; if you changed the pom, write the list anew",
            code=Exit.CANNOT_START,
        )


def _stamp() -> str:
    return hashlib.sha256(SUMS.read_bytes()).hexdigest()
