"""Named points at which a rehearsal may kill a process. Absent unless the process was started with one armed."""

from __future__ import annotations

import os
import signal

_armed: dict[str, int] = {}


def arm(specification: str | None) -> None:
    """Arm points from ``point`` or ``point:N`` (the Nth time it is reached), separated by commas."""
    _armed.clear()
    for part in filter(None, (specification or "").split(",")):
        point, _, count = part.strip().partition(":")
        _armed[point] = int(count or 1)


def reach(point: str) -> None:
    """Die here, by SIGKILL, if this point is armed and its count has come."""
    if not _armed or point not in _armed:
        return
    _armed[point] -= 1
    if _armed[point] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
