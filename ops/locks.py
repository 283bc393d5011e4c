"""The requirements files: exact versions with the hashes of every file, written by uv from the pyproject files.

The developers' lock comes first and holds everything; the others are cut from it, so that all agree on versions.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from ops.settings import ROOT
from ops.troubles import Trouble
from shared.events import OWNERS

DEV = ROOT / "requirements" / "dev.txt"
OPS = ROOT / "ops" / "requirements.txt"
SITE = ROOT / "web" / "requirements.txt"
DEPLOY = ROOT / "deploy" / "requirements.txt"
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.IGNORECASE)


def lock_of(service: str) -> Path:
    """A service's own lock, which its image installs."""
    return ROOT / "services" / service / "requirements.txt"


def inputs() -> dict[Path, list[str]]:
    """What each lock has to satisfy, the widest first."""
    common = declared(ROOT / "shared" / "pyproject.toml")
    services = {owner: declared(ROOT / "services" / owner / "pyproject.toml") for owner in OWNERS}
    services = {owner: sorted({*common, *wanted}) for owner, wanted in services.items() if wanted}
    site = sorted({*common, *declared(ROOT / "web" / "pyproject.toml")})
    everything = sorted(
        {*declared(ROOT / "ops" / "pyproject.toml"), *site, *(each for one in services.values() for each in one)}
    )
    tools = declared(ROOT / "requirements" / "pyproject.toml")
    return {
        DEV: sorted({*everything, *tools}),
        # The embedded run has one environment for the command and for all that it starts.
        OPS: everything,
        # Provisioning elsewhere needs neither the servers nor the services.
        DEPLOY: declared(ROOT / "deploy" / "pyproject.toml"),
        **{lock_of(owner): wanted for owner, wanted in services.items()},
        SITE: site,
    }


def declared(pyproject: Path) -> list[str]:
    """The dependencies of a project, sorted; none where there is no such file yet."""
    if not pyproject.exists():
        return []
    return sorted(tomllib.loads(pyproject.read_text())["project"]["dependencies"])


def write(*, upgrade: bool = False) -> list[Path]:
    """Write every lock anew; returns those that changed."""
    changed = []
    for path, wanted in inputs().items():
        text = compile_lock(wanted, path, within=None if path == DEV else DEV, upgrade=upgrade)
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            changed.append(path)
    return changed


def compile_lock(wanted: list[str], path: Path, *, within: Path | None, upgrade: bool) -> str:
    """Let uv decide. Versions in the present lock are kept unless they must change, or are to be upgraded."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "requirements.in"), Path(folder, path.name)
        source.write_text("\n".join(wanted) + "\n")
        if path.exists() and not upgrade:
            target.write_text(path.read_text())
        options = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--python-version", "3.11"]
        if within is not None:
            options += ["--constraints", str(within)]
        done = subprocess.run(
            [sys.executable, "-m", "uv", "pip", "compile", *options, "--output-file", str(target), str(source)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Trouble(
                f"uv cannot lock {path.relative_to(ROOT)} ({done.stderr.strip()[:500]})", "see the pyproject files"
            )
        return target.read_text()


def check() -> list[Path]:
    """Locks that miss something declared, or disagree with the developers' lock. Needs no network."""
    known = pins(DEV)
    return [
        path
        for path, wanted in inputs().items()
        if not path.exists()
        or not {name_of(each) for each in wanted} <= pins(path).keys()
        or not pins(path).items() <= known.items()
    ]


def pins(lock: Path) -> dict[str, str]:
    """Each package's version."""
    found = (PINNED.match(line) for line in lock.read_text().splitlines()) if lock.exists() else ()
    return {name_of(match.group(1)): match.group(2) for match in found if match}


def name_of(requirement: str) -> str:
    """The normalised name (PEP 503) of a requirement such as ``uvicorn[standard]>=0.30``."""
    bare = re.split(r"[\s\[<>=!~;@]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", bare).lower()
