"""An environment with the packages of one lock and nothing else, made without a network from what is installed here.

The locks agree on versions (``./plenary lock --check``), so the files of each locked package are those that the tests
run with. They are linked one by one, as each package's own list of files names them.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from packaging.requirements import Requirement

SITE = Path(sysconfig.get_paths()["purelib"])
REQUIREMENT = re.compile(r"^([A-Za-z0-9][^\s\\]*(?:\s*;[^\\]*)?)", re.MULTILINE)


def locked(lock: Path) -> dict[str, str]:
    """The packages that a lock asks for on this machine, with their versions."""
    found = {}
    for line in REQUIREMENT.findall(lock.read_text()):
        wanted = Requirement(line.strip())
        if wanted.marker is None or wanted.marker.evaluate():
            found[wanted.name] = str(wanted.specifier).removeprefix("==")
    return found


def environment(folder: Path, lock: Path) -> Path:
    """Make it, and return its Python."""
    made = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made)], check=True)  # noqa: S603 - ours
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = made / "lib" / version / "site-packages"
    for name, wanted in locked(lock).items():
        package = importlib.metadata.distribution(name)
        assert package.version == wanted, f"{name} {package.version} is installed, {wanted} is locked"
        for file in package.files or ():
            source = Path(os.path.normpath(SITE / file))
            if source.is_relative_to(SITE) and source.is_file():
                target = site / source.relative_to(SITE)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(source)
    return made / "bin" / "python"
