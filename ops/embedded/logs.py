"""Logs that stay bounded: children append to one file, and the supervisor copies it away when it grows too long."""

from __future__ import annotations

import os
import shutil
from collections import deque
from pathlib import Path

LIMIT = 8 * 1024 * 1024
"""With two older copies, 24 MiB a process at most."""
KEPT = 2


def rotate(log: Path, *, limit: int = LIMIT) -> bool:
    """Copy a long log aside and empty it in place, since its writer holds it open in append mode.

    Lines written between the copy and the cut are lost; a log is no ledger.
    """
    if not log.exists() or log.stat().st_size <= limit:
        return False
    for age in range(KEPT, 1, -1):
        older = log.with_name(f"{log.name}.{age - 1}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{age}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)
    return True


def tail(log: Path, lines: int) -> list[str]:
    """The last lines of a log."""
    if not log.exists():
        return []
    with log.open(errors="replace") as file:
        # The last 256 KiB hold more lines than anybody asks for, and reading them is quick.
        file.seek(max(0, log.stat().st_size - 256 * 1024))
        return list(deque((line.rstrip("\n") for line in file), maxlen=lines))
