"""Makes the environment that everything else runs in, with nothing but the standard library: a virtual environment and
the packages of a lock file, each checked against its hash. Does nothing, and needs no network, once that is done.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
RUN_LOCK = ROOT / "ops" / "requirements.txt"
DEV_LOCK = ROOT / "requirements" / "dev.txt"
"""Holds everything that the other holds, at the same versions, and the tools beside it."""

FOR_DEVELOPERS = {"test", "lock", "topology", "render", "secrets", "pictures", "bench"}
"""Commands that need the tools too."""

NEEDED_BYTES = 2 * 1024**3
"""The packages unpacked take 1 GB, and pip unpacks them beside their place first."""


def main(arguments: Sequence[str]) -> NoReturn:
    """Prepare the environment, then become ``python -m ops`` in it."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    lock = DEV_LOCK if command in FOR_DEVELOPERS else RUN_LOCK
    folder = Path(os.environ.get("PLENARY_VENV", ROOT / ".venv"))
    try:
        python = prepare(folder, lock)
    except KeyboardInterrupt:
        sys.exit("\nplenary: stopped; ./plenary up goes on where this left off")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}
    os.execve(python, [str(python), "-m", "ops", *arguments], environment)  # noqa: S606 - ourselves, in the environment


def prepare(folder: Path, lock: Path) -> Path:
    """Have the packages of ``lock`` in the virtual environment ``folder``; returns its Python."""
    python = folder / "bin" / "python"
    if installed(folder, lock) and usable(python):
        return python
    if not lock.exists():
        fail(f"{lock.relative_to(ROOT)} is missing", "the checkout is not complete; git checkout brings it back")
    with alone(folder):
        if not (installed(folder, lock) and usable(python)):
            make_environment(folder, python)
            install(folder, python, lock)
    return python


def installed(folder: Path, lock: Path) -> bool:
    """Whether this very lock file was installed to its end."""
    stamp = folder / ".plenary-locks"
    return stamp.exists() and lock.exists() and digest(lock) in stamp.read_text().split()


def digest(path: Path) -> str:
    """What changes when the file does."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def usable(python: Path) -> bool:
    """Whether the environment's Python is there; it is a link, and what it points to may have been removed."""
    return python.exists() and os.access(python, os.X_OK)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let a second `plenary` that starts meanwhile wait here."""
    with folder.with_name(f"{folder.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment(folder: Path, python: Path) -> None:
    """A virtual environment with pip."""
    require_modules()
    require_space(folder)
    if not usable(python):
        tell("Making the environment in .venv")
        run([sys.executable, "-m", "venv", "--clear", str(folder)], "the environment could not be made")
    if subprocess.run([str(python), "-c", "import pip"], capture_output=True, check=False).returncode:
        run([str(python), "-m", "ensurepip", "--default-pip"], "pip could not be put into the environment")


def require_modules() -> None:
    """Debian and Ubuntu ship Python without what makes environments."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        fail(
            f"this Python has no module {' and no module '.join(missing)}",
            f"install it (Debian and Ubuntu: apt-get install python{version}-venv) and try again",
        )


def require_space(folder: Path) -> None:
    """Pip's own message in the middle of unpacking is no help."""
    free = shutil.disk_usage(folder.parent).free
    if free < NEEDED_BYTES:
        fail(
            f"only {free / 1024**3:.1f} GiB are free where {folder} is to be",
            f"free {NEEDED_BYTES / 1024**3:.0f} GiB, or set PLENARY_VENV to a folder elsewhere",
        )


def install(folder: Path, python: Path, lock: Path) -> None:
    """Install every package of the lock, none without its hash."""
    names = [line.split("==")[0] for line in lock.read_text().splitlines() if "==" in line and line[0].isalnum()]
    tell(f"Installing up to {len(names)} packages, each checked against its hash. This happens once.")
    command = [
        *(str(python), "-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("--disable-pip-version-check", "--no-input", "--progress-bar", "off", "-r", str(lock)),
    ]
    began = time.monotonic()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        last = follow(pip.stdout or (), len(names))
    if pip.returncode:
        fail(f"pip could not install {lock.name} ({last})", "check the network and pip's settings, then run this again")
    record(folder, lock)
    tell(f"Installed in {time.monotonic() - began:.0f} s")


def follow(lines: Iterable[str], total: int) -> str:
    """Show on one line how far pip is; returns the last error it told, or its last line."""
    count, last, error = 0, "it said nothing", ""
    for line in lines:
        text = line.strip()
        last = text or last
        if text.startswith("ERROR"):
            error = error or text.removeprefix("ERROR:").strip()
        if text.startswith(("Collecting ", "Requirement already satisfied: ")):
            count += 1
            name = text.split(": ")[-1].removeprefix("Collecting ").split("==")[0].split(" ")[0]
            show(f"  {count}/{total} {name}")
        elif text.startswith("Installing collected"):
            show("  unpacking")
    show("")
    return (error or last)[:300]


def record(folder: Path, lock: Path) -> None:
    """Note what is installed; the developers' lock holds the other one too."""
    locks = [lock, RUN_LOCK] if lock == DEV_LOCK else [lock]
    draft = folder / ".plenary-locks.draft"
    draft.write_text("".join(f"{digest(each)}\n" for each in locks if each.exists()))
    draft.replace(folder / ".plenary-locks")


def run(command: Sequence[str], failure: str) -> None:
    """Run something that ought to work."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it gave no reason"]
        fail(f"{failure} ({said[0][:300]})", "check that the folder can be written to and the disk is not full")


def show(line: str) -> None:
    """Overwrite the line, where there is a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{line}")
        sys.stderr.flush()


def tell(line: str) -> None:
    """Say it to the person; standard output stays for what the command itself answers."""
    sys.stderr.write(f"{line}\n")


def fail(cause: str, fix: str) -> NoReturn:
    """One line, and out."""
    sys.exit(f"plenary: {cause}: {fix}")
