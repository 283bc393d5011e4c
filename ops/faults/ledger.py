"""The ledger: what each client intended and what it was told, one JSON line each, on disk before it counts."""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from shared.group_commit import GroupCommit

Step = Literal["intends", "told"]
Outcome = Literal["done", "refused", "failed", "odd", "silent"]
"""A success; a 4xx and a 5xx problem document; an answer that is none of these; no answer at all."""

UNSURE: tuple[Outcome, ...] = ("failed", "odd", "silent")
"""After these a client knows nothing: there may be one effect or none."""


class Ledger:
    """Append-only. Whoever writes waits for the disk; those who wait at the same moment share one flush."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._group: GroupCommit[bytes, None] = GroupCommit(self._flush, max_batch=1_000)

    async def write(self, step: Step, op: str, **what: Any) -> None:
        """Put a line in; returns once it is on disk."""
        line = {"at": time.time(), "op": op, "step": step, **what}
        await self._group.submit(orjson.dumps(line) + b"\n")

    async def _flush(self, lines: Sequence[bytes]) -> Sequence[None]:
        await asyncio.to_thread(self._append, b"".join(lines))
        return [None] * len(lines)

    def _append(self, lines: bytes) -> None:
        os.write(self._file, lines)
        os.fdatasync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


@dataclass(slots=True)
class Op:
    """Everything the ledger says of one deed of a client: the intention, and each answer to each attempt."""

    id: str
    kind: str
    scenario: str
    what: dict[str, Any]
    at: float
    answers: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def done(self) -> dict[str, Any] | None:
        """What the client was told at the success, if there was one."""
        return next((answer for answer in self.answers if answer["outcome"] == "done"), None)

    @property
    def unsure(self) -> int:
        """How many attempts ended without the client knowing; one that was never answered is one of them."""
        attempts = [line for line in self.lines if line["step"] == "intends"]
        known = [answer for answer in self.answers if answer["outcome"] not in UNSURE]
        return len(attempts) - len(known)


def read(path: Path) -> dict[str, Op]:
    """The ledger as the checker sees it: every deed by its id. A line torn by a crash of the rig itself ends it."""
    ops: dict[str, Op] = {}
    for raw in path.read_bytes().splitlines():
        try:
            line = orjson.loads(raw)
        except orjson.JSONDecodeError:
            break
        op = ops.get(line["op"])
        if op is None:
            what = {name: value for name, value in line.items() if name not in {"op", "step", "kind", "scenario", "at"}}
            op = ops[line["op"]] = Op(line["op"], line["kind"], line["scenario"], what, line["at"])
        op.lines.append(line)
        if line["step"] == "told":
            op.answers.append(line)
    return ops


def by_kind(ops: dict[str, Op]) -> dict[str, list[Op]]:
    """The same, sorted out."""
    sorted_out: dict[str, list[Op]] = defaultdict(list)
    for op in ops.values():
        sorted_out[op.kind].append(op)
    return sorted_out
