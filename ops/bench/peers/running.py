"""A peer's process for as long as it is measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ops.bench.peers.setup import Peers
from ops.bench.rig import Rig
from ops.display import out
from ops.embedded.processes import Process, Spec
from ops.troubles import Exit, Trouble

READY_WITHIN = 180.0
"""Ghost lays out its database at its first start."""


@asynccontextmanager
async def running(rig: Rig, spec: Spec) -> AsyncIterator[Process]:
    """Started and ready; stopped afterwards."""
    process = Process(spec, rig.platform.state, out.print)
    await process.start()
    try:
        await process.ready(READY_WITHIN)
        yield process
    finally:
        await process.stop()


async def run_up(peers: Peers, folder: Path, *command: str) -> None:
    """Run a peer's own tool to its end."""
    child = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=peers.environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    if child.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise Trouble(f"{Path(command[0]).name} failed: {last[0][:300]}", code=Exit.FAILED)
