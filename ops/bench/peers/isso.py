"""Isso under gunicorn, with its SQLite file, and threads as long as ours."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ops.bench import cores
from ops.bench.load import Target, request
from ops.bench.peers.running import running
from ops.bench.peers.setup import Peers
from ops.bench.rig import Rig, scratch
from ops.embedded.probes import port_open
from ops.embedded.processes import Spec

PORT = 380
WORKERS, THREADS = 2, 32
"""On one core; threads, because gunicorn's plain workers would close every connection after one answer."""
VOTERS = b"\\0" * 256
"""The empty Bloom filter that Isso keeps of who has voted."""


@dataclass(frozen=True)
class Isso:
    """A running Isso."""

    target: Target
    origin: str
    pids: dict[str, int]

    def page(self, thread: str) -> bytes:
        """The first fifty of a thread."""
        return request("GET", f"/?uri=%2F{thread}%2F&limit=50&nested_limit=50")

    def post(self, thread: str, body: bytes) -> bytes:
        """A comment."""
        return request("POST", f"/new?uri=%2F{thread}%2F", body, origin=self.origin)


@asynccontextmanager
async def isso(rig: Rig, peers: Peers, threads: Mapping[str, int], text: str) -> AsyncIterator[Isso]:
    """Started with ``threads`` (the name and the number of comments each), and pinned to the servers' core."""
    folder = scratch(rig, "isso")
    port = rig.ports.base + PORT
    origin = f"http://127.0.0.1:{port}"
    database = folder / "comments.db"
    config = folder / "isso.cfg"
    config.write_text(_configuration(database, origin))
    async with running(rig, _spec(peers, folder, config, port)):
        pass  # It makes its tables at its first start.
    _fill(database, threads, text)
    async with running(rig, _spec(peers, folder, config, port)) as process:
        pids = {"isso": process.pid or 0}
        cores.pin(pids.values(), cores.SERVERS)
        yield Isso(Target(port), origin, pids)


def _configuration(database: Path, origin: str) -> str:
    sections = {
        "general": {"dbpath": str(database), "host": origin, "log-file": ""},
        "moderation": {"enabled": "false"},
        "guard": {"enabled": "false"},  # Its limit is two comments a minute from one address.
        "server": {"listen": origin},
    }
    return "\n".join(
        f"[{name}]\n" + "\n".join(f"{key} = {value}" for key, value in section.items())
        for name, section in sections.items()
    )


def _spec(peers: Peers, folder: Path, config: Path, port: int) -> Spec:
    command = (
        *(str(peers.isso / "bin" / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--preload"),
        *("--workers", str(WORKERS), "--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "75"),
        "isso.run",
    )
    environment = {**peers.environment(), "ISSO_SETTINGS": str(config)}
    environment.pop("LD_LIBRARY_PATH")
    return Spec("isso", command, partial(port_open, port), environment, folder, stop_within=10.0)


def _fill(database: Path, threads: Mapping[str, int], text: str) -> None:
    """Written into its file: through its door ten thousand comments take minutes."""
    now = time.time()
    with sqlite3.connect(database) as file:
        for thread, comments in threads.items():
            title = thread.replace("-", " ").capitalize()
            made = file.execute("INSERT INTO threads (uri, title) VALUES (?, ?)", (f"/{thread}/", title))
            file.executemany(
                "INSERT INTO comments (tid, parent, created, mode, remote_addr, text, author, likes, dislikes, voters)"
                " VALUES (?, NULL, ?, 1, '127.0.0.0', ?, ?, 0, 0, ?)",
                [
                    (made.lastrowid, now - comments + number, text, f"Reader {number}", VOTERS)
                    for number in range(comments)
                ],
            )
