"""`plenary bench --setup-peers`: Ghost from npm on Node 22 with Debian's MariaDB, and Isso from PyPI under gunicorn.

Everything goes into the state folder and nothing else on the machine is touched: npm packages under a prefix, Debian's
packages unpacked there instead of installed, Isso into an environment of its own. Done once; ``--setup-peers`` again
does nothing, and removing the folder undoes it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from ops.troubles import Exit, Trouble

NODE, GHOST, PNPM = "node@22", "ghost@6", "pnpm@12"
DEBIAN = (
    *("mariadb-server-core", "mariadb-client-core", "mariadb-server", "libmariadb3"),
    *("libaio1", "libnuma1", "liburing2", "libedit2"),
)
"""MariaDB's server, its first tables, a client, and what these link to that a small Debian has not."""
ISSO = ("isso", "gunicorn")
LIMIT = 15 * 60
"""Seconds for one step's tool; a registry that does not answer is told as trouble."""

Say = Callable[[str], None]


class Peers:
    """Where they are."""

    def __init__(self, state_dir: Path) -> None:
        self.root = state_dir / "peers"

    @property
    def node(self) -> Path:
        """The folder with Node's binary."""
        return self.root / "node" / "node_modules" / "node" / "bin"

    @property
    def ghost(self) -> Path:
        """Ghost as unpacked, with its dependencies."""
        return self.root / "ghost"

    @property
    def mariadb(self) -> Path:
        """The root that MariaDB's packages were unpacked under."""
        return self.root / "mariadb"

    @property
    def isso(self) -> Path:
        """The environment that Isso lives in."""
        return self.root / "isso"

    @property
    def installed(self) -> bool:
        """Whether all of it was set up to its end."""
        return (self.root / "done").exists()

    def environment(self) -> dict[str, str]:
        """Node first on the path, and Debian's libraries where they were unpacked."""
        libraries = self.mariadb / "usr" / "lib" / f"{os.uname().machine}-linux-gnu"
        passed = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**passed, "PATH": f"{self.node}:{passed['PATH']}", "LD_LIBRARY_PATH": str(libraries)}

    def versions(self) -> dict[str, str]:
        """For the head of the report."""
        if not self.installed:
            return {}
        found: dict[str, str] = json.loads((self.root / "done").read_text())
        return found


def set_up(peers: Peers, say: Say) -> None:
    """Install what is missing."""
    if peers.installed:
        say(f"already set up in {peers.root}")
        return
    for program in ("npm", "apt-get", "dpkg"):
        if shutil.which(program) is None:
            raise Trouble(f"{program} is not there, which the peers are installed with", "use Debian with Node's npm")
    peers.root.mkdir(parents=True, exist_ok=True)
    for name, (step, result) in STEPS.items():
        if not (peers.root / result).exists():
            say(f"setting up {name}")
            step(peers)
    versions = {
        "Node": _said(peers, "node", "--version").removeprefix("v"),
        "Ghost": json.loads((peers.ghost / "package.json").read_text())["version"],
        "MariaDB": _said(peers, str(peers.mariadb / "usr/sbin/mariadbd"), "--version").split("Ver ")[1].split()[0],
        "Isso": _package(peers, "isso"),
        "gunicorn": _package(peers, "gunicorn"),
    }
    (peers.root / "done").write_text(json.dumps(versions))


def _node(peers: Peers) -> None:
    # The package fetches its binary as another package in a script before it is installed.
    _run(peers, *_npm("install", "--prefix", str(peers.root / "node"), "--foreground-scripts", NODE))
    if not (peers.node / "node").exists():
        raise Trouble("npm did not bring Node's binary", "allow install scripts of the package node", code=Exit.FAILED)


def _ghost(peers: Peers) -> None:
    """Ghost's package carries its own lock for pnpm, and parts of itself as archives that npm cannot resolve."""
    _run(peers, *_npm("install", "--prefix", str(peers.root / "tools"), "--ignore-scripts", PNPM))
    with tempfile.TemporaryDirectory(dir=peers.root) as folder:
        _run(peers, *_npm("pack", GHOST), folder=Path(folder))
        archive = next(Path(folder).glob("ghost-*.tgz"))
        shutil.rmtree(peers.ghost, ignore_errors=True)
        peers.ghost.mkdir()
        _run(peers, "tar", "xzf", str(archive), "-C", str(peers.ghost), "--strip-components=1")
    manifest = peers.ghost / "package.json"
    about = json.loads(manifest.read_text())
    about.pop("packageManager", None)  # An exact pnpm, which would fetch itself from elsewhere.
    manifest.write_text(json.dumps(about, indent=1))
    pnpm = str(peers.root / "tools" / "node_modules" / ".bin" / "pnpm")
    # A script of sh that begins with no #! line, so only sh itself runs it.
    _run(peers, "sh", pnpm, "install", "--prod", "--frozen-lockfile", "--ignore-scripts", folder=peers.ghost)


def _mariadb(peers: Peers) -> None:
    with tempfile.TemporaryDirectory(dir=peers.root) as folder:
        _run(peers, "apt-get", "download", *DEBIAN, folder=Path(folder))
        for package in Path(folder).glob("*.deb"):
            _run(peers, "dpkg", "-x", str(package), str(peers.mariadb))


def _isso(peers: Peers) -> None:
    _run(peers, sys.executable, "-m", "venv", "--clear", str(peers.isso))
    _run(peers, str(peers.isso / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *ISSO)


STEPS: Mapping[str, tuple[Callable[[Peers], None], str]] = {
    "Node 22": (_node, "node/node_modules/node/bin/node"),
    "MariaDB": (_mariadb, "mariadb/usr/sbin/mariadbd"),
    "Ghost 6": (_ghost, "ghost/node_modules/.modules.yaml"),
    "Isso": (_isso, "isso/bin/gunicorn"),
}
"""Each with what it leaves behind last, by which an interrupted set-up goes on where it stopped."""


def _npm(*words: str) -> tuple[str, ...]:
    return ("npm", words[0], "--no-audit", "--no-fund", "--loglevel=error", "--fetch-timeout=60000", *words[1:])


def _run(peers: Peers, *command: str, folder: Path | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        # All of our own environment, because it may say how registries are reached; not the unpacked libraries, which
        # Debian's own tools must not meet.
        env={**os.environ, "PATH": peers.environment()["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["it said nothing"]
        raise Trouble(f"{' '.join(command[:3])} failed: {said[0][:300]}", "run --setup-peers again", code=Exit.FAILED)


def _said(peers: Peers, *command: str) -> str:
    return subprocess.run(
        command, env=peers.environment(), capture_output=True, text=True, timeout=60, check=True
    ).stdout.strip()


def _package(peers: Peers, name: str) -> str:
    asked = f"import importlib.metadata as m; print(m.version({name!r}))"
    return _said(peers, str(peers.isso / "bin" / "python"), "-c", asked)
