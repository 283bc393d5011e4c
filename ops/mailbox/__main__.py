"""``python -m ops.mailbox --folder ... --smtp-port ... --http-port ...``."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import uvicorn

from ops.mailbox import smtp
from ops.mailbox.pages import create_app
from ops.mailbox.store import MailStore


async def run(folder: Path, host: str, smtp_port: int, http_port: int) -> None:
    """Serve both doors until told to stop."""
    store = MailStore(folder)
    post = await smtp.serve(store, host, smtp_port)
    pages = uvicorn.Server(
        uvicorn.Config(create_app(store), host=host, port=http_port, log_level="warning", access_log=False)
    )
    await pages.serve()
    post.close()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m ops.mailbox", description="Takes all mail, delivers none.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="the address that both doors listen on")
    parser.add_argument("--smtp-port", type=int, default=7025)
    parser.add_argument("--http-port", type=int, default=7026)
    given = parser.parse_args()
    asyncio.run(run(given.folder, given.host, given.smtp_port, given.http_port))


if __name__ == "__main__":
    main()
