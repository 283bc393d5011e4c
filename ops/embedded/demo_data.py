"""Running the demo's own program, ``python -m demo``, against the platform that has just come up.

It finds what it needs in its environment: ``PLENARY_GATEWAY_URL``, ``PLENARY_MAILBOX_URL``, the first administrator's
``PLENARY_ADMIN_EMAIL`` and ``PLENARY_ADMIN_PASSWORD_FILE``, a secret of this installation in
``PLENARY_DEMO_SECRET_FILE`` to make its people's passwords from, and in ``PLENARY_DEMO_REPORT`` where to leave a JSON
document for the person at the terminal: ``{"log_ins": [[who, e-mail, password], ...], "try": ["...", ...]}``. What it
prints is its progress. It may be run at every start, and adds what is missing.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from ops.embedded.logs import tail
from ops.embedded.services import ADMIN_EMAIL, base_environment
from ops.embedded.state import State
from ops.ports import Ports
from ops.settings import ROOT
from ops.troubles import Exit, Trouble

WITHIN = 120.0


def environment(state: State, ports: Ports) -> dict[str, str]:
    """What the demo's program, and the tour, are told."""
    return {
        **base_environment(),
        "PLENARY_GATEWAY_URL": f"http://127.0.0.1:{ports['gateway']}",
        "PLENARY_MAILBOX_URL": f"http://127.0.0.1:{ports['mailbox']}",
        "PLENARY_ADMIN_EMAIL": ADMIN_EMAIL,
        "PLENARY_ADMIN_PASSWORD_FILE": str(state.secret_file("admin-password")),
        "PLENARY_DEMO_SECRET_FILE": str(state.secret_file("demo-secret")),
        "PLENARY_DEMO_REPORT": str(_report_file(state)),
    }


async def seed(state: State, ports: Ports, tell: Callable[[str], None] = lambda _: None) -> None:
    """Run it, telling what it says as it goes on; a ``Trouble`` with its last words if it fails."""
    log = state.logs / "demo.log"
    with log.open("ab") as file:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "demo"),
            env=environment(state, ports),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
        )
        try:
            await asyncio.wait_for(_follow(child, file, tell), WITHIN)
        except TimeoutError:
            raise Trouble(
                f"the demo data were not in within {WITHIN:.0f} s", f"see {log}", code=Exit.UNHEALTHY
            ) from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if child.returncode:
        last = "".join(tail(log, 1))[:300]
        raise Trouble(f"the demo data could not be put in ({last})", f"see {log}", code=Exit.UNHEALTHY)


async def _follow(child: asyncio.subprocess.Process, log: BinaryIO, tell: Callable[[str], None]) -> None:
    """Write what the child says into its log, and tell it, until it ends."""
    assert child.stdout is not None  # noqa: S101 - asked for above
    async for line in child.stdout:
        log.write(line)
        log.flush()
        tell(line.decode(errors="replace").strip())
    await child.wait()


def report(state: State) -> dict[str, Any] | None:
    """What the demo left for the person, if it has run."""
    file = _report_file(state)
    found: dict[str, Any] | None = json.loads(file.read_text()) if file.exists() else None
    return found


def _report_file(state: State) -> Path:
    return state.data / "demo.json"
