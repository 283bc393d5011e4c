"""Running the demo's own program, ``python -m demo``, against the platform that has just come up.

It finds what it needs in its environment: ``PLENARY_GATEWAY_URL``, ``PLENARY_MAILBOX_URL``, the first administrator's
``PLENARY_ADMIN_EMAIL`` and ``PLENARY_ADMIN_PASSWORD_FILE``, and in ``PLENARY_DEMO_REPORT`` where to leave a JSON
document for the person at the terminal: ``{"log_ins": [[who, e-mail, password], ...], "try": ["...", ...]}``. It may
be run at every start, and adds what is missing.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

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
        "PLENARY_DEMO_REPORT": str(_report_file(state)),
    }


async def seed(state: State, ports: Ports) -> None:
    """Run it; a ``Trouble`` with its last words if it fails."""
    log = state.logs / "demo.log"
    with log.open("ab") as file:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "demo"),
            env=environment(state, ports),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        await asyncio.wait_for(child.wait(), WITHIN)
    except TimeoutError:
        raise Trouble(f"the demo data were not in within {WITHIN:.0f} s", f"see {log}", code=Exit.UNHEALTHY) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        last = "".join(tail(log, 1))[:300]
        raise Trouble(f"the demo data could not be put in ({last})", f"see {log}", code=Exit.UNHEALTHY)


def report(state: State) -> dict[str, Any] | None:
    """What the demo left for the person, if it has run."""
    file = _report_file(state)
    found: dict[str, Any] | None = json.loads(file.read_text()) if file.exists() else None
    return found


def _report_file(state: State) -> Path:
    return state.data / "demo.json"
