"""How commands talk to the supervisor in another terminal: a socket in the state folder, a line of JSON each way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ops.troubles import Exit, Trouble

Answer = dict[str, Any]
Ask = Callable[[dict[str, Any]], Awaitable[Answer]]

SOCKET = "control.sock"
LINE_LIMIT = 1024 * 1024
PATIENCE = 150.0
"""Seconds to wait for an answer; a restart answers when the process is ready again."""


@contextmanager
def short_path(folder: Path) -> Iterator[str]:
    """The socket's address by way of an open folder: the system allows 107 bytes, and a checkout may lie deep."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)


async def serve(folder: Path, ask: Ask) -> asyncio.Server:
    """Answer commands; the folder lets in nobody but its owner."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            if not line:
                return
            try:
                answer = {"ok": True, **await ask(json.loads(line))}
            except Trouble as trouble:
                answer = {"ok": False, "cause": trouble.cause, "fix": trouble.fix, "code": int(trouble.code)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except OSError:
            return  # Whoever asked has gone.
        finally:
            writer.close()

    with short_path(folder) as path:
        (folder / SOCKET).unlink(missing_ok=True)
        return await asyncio.start_unix_server(talk, path, limit=LINE_LIMIT)


def call(folder: Path, command: str, **arguments: Any) -> Answer:
    """Ask the supervisor. A ``Trouble`` if none is running, or the one that it answers with."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with connection:
        connection.settimeout(PATIENCE)
        try:
            with short_path(folder) as path:
                connection.connect(path)
            connection.sendall(json.dumps({"command": command, **arguments}).encode() + b"\n")
            line = connection.makefile("rb").readline(LINE_LIMIT)
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
            raise Trouble("Plenary is not running", "./plenary up starts it", code=Exit.NOT_RUNNING) from None
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            raise Trouble("the supervisor does not answer", "see .plenary/logs/supervisor.log") from None
    if not line:
        raise Trouble("Plenary has just stopped", "./plenary up starts it", code=Exit.NOT_RUNNING)
    answer: Answer = json.loads(line)
    if not answer.pop("ok"):
        raise Trouble(answer["cause"], answer["fix"], code=Exit(answer["code"]))
    return answer


def running(folder: Path) -> bool:
    """Whether a supervisor answers."""
    with contextlib.suppress(Trouble):
        call(folder, "ping")
        return True
    return False
