"""The network of a rehearsal: one proxy before the broker, and before each mongod where there are several.

Everybody knows what stands behind it by the proxy's port, so that whatever the proxy does, it does to everybody.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from ops.embedded.probes import port_open
from ops.embedded.processes import Spec
from ops.embedded.services import base_environment
from ops.embedded.state import State
from ops.settings import ROOT
from ops.troubles import Exit, Trouble

PROXY = "proxy"


class Line(NamedTuple):
    """A server, the port it is known by, and the one it listens on."""

    name: str
    known_by: int
    own: int


class Network:
    """The proxy's process, and how it is told what to do."""

    def __init__(self, state: State, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._control = state.run / "proxy.socket"

    def spec(self) -> Spec:
        """The proxy's process."""
        routes = [f"{line.name}={line.known_by}:{line.own}" for line in self._lines]
        return Spec(
            name=PROXY,
            command=(sys.executable, "-m", "ops.faults.proxy", str(self._control), *routes),
            probe=self._listens,
            environment=base_environment(),
            folder=ROOT,
        )

    async def tell(self, name: str, **how: Any) -> int:
        """Change what happens on the way to a server; returns how many answers have been cut off there so far."""
        reader, writer = await asyncio.open_unix_connection(self._control)
        try:
            writer.write(orjson.dumps({"name": name, **how}) + b"\n")
            await writer.drain()
            answer, _lines, cuts = (await reader.readline()).split()
        finally:
            writer.close()
        if answer != b"ok":
            raise Trouble(f"the proxy did not obey ({answer.decode()})", "see its log", code=Exit.FAILED)
        return int(cuts)

    async def _listens(self) -> bool:
        return all([await port_open(line.known_by) for line in self._lines])
