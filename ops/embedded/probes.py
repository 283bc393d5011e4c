"""Whether something answers on a port of this machine."""

from __future__ import annotations

import asyncio
import contextlib


async def port_open(port: int) -> bool:
    """Whether something accepts connections."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 1.0)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def http_status(port: int, path: str, *, within: float = 2.0) -> int | None:
    """The status of a GET, None without an answer. A dozen bytes over a socket; no client is loaded for it."""
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()
                line = await reader.readline()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return None
    words = line.split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else None


async def http_ok(port: int, path: str) -> bool:
    """Whether a GET is answered with 200."""
    return await http_status(port, path) == 200
