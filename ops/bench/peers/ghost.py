"""Ghost in production mode, with its default theme, on MariaDB, with one published post as long as our articles."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx2

from ops.bench import cores
from ops.bench.load import Target
from ops.bench.peers.running import run_up, running
from ops.bench.peers.setup import Peers
from ops.bench.rig import Rig, scratch
from ops.embedded.probes import http_ok, port_open
from ops.embedded.processes import Spec
from services.content.markdown import render

PORT, MARIADB_PORT = 368, 306
"""From the base of the bench's ports; as 2368 and 3306 elsewhere."""
SLUG = "what-openness-means"


@dataclass(frozen=True)
class Ghost:
    """A running Ghost."""

    target: Target
    page: str
    data: str
    """The paths of the post as a page, and as data from the Content API."""
    pids: dict[str, int]


@asynccontextmanager
async def ghost(rig: Rig, peers: Peers, markdown: str) -> AsyncIterator[Ghost]:
    """Started, set up as its first owner would, and pinned to the servers' core."""
    folder = scratch(rig, "ghost")
    database = _mariadb(rig, peers, folder)
    await _lay_out(peers, folder)
    async with running(rig, database) as mariadb:
        await run_up(peers, folder, *_client(peers, folder), "CREATE DATABASE ghost CHARACTER SET utf8mb4")
        async with running(rig, _node(rig, peers)) as node:
            url = f"http://127.0.0.1:{rig.ports.base + PORT}"
            key = await _publish(url, markdown)
            pids = {"ghost": node.pid or 0, "mariadb": mariadb.pid or 0}
            cores.pin(pids.values(), cores.SERVERS)
            data = f"/ghost/api/content/posts/slug/{SLUG}/?key={key}"
            yield Ghost(Target(rig.ports.base + PORT), f"/{SLUG}/", data, pids)


async def _lay_out(peers: Peers, folder: Path) -> None:
    base = peers.mariadb / "usr"
    await run_up(
        peers,
        folder,
        *(str(base / "bin" / "mariadb-install-db"), "--no-defaults", f"--basedir={base}", f"--datadir={folder}/data"),
        *("--auth-root-authentication-method=normal", "--skip-test-db", f"--user={_user()}"),
    )


def _mariadb(rig: Rig, peers: Peers, folder: Path) -> Spec:
    """As Debian configures it, apart from where it lies: every commit flushed, as our writes are."""
    port = rig.ports.base + MARIADB_PORT
    base = peers.mariadb / "usr"
    command = (
        *(str(base / "sbin" / "mariadbd"), "--no-defaults", f"--basedir={base}", f"--datadir={folder}/data"),
        *(f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket", f"--user={_user()}"),
    )
    return Spec("mariadb", command, partial(port_open, port), peers.environment(), folder)


def _client(peers: Peers, folder: Path) -> tuple[str, ...]:
    return (str(peers.mariadb / "usr/bin/mariadb"), "--no-defaults", "-uroot", f"--socket={folder}/socket", "-e")


def _node(rig: Rig, peers: Peers) -> Spec:
    port = rig.ports.base + PORT
    url = f"http://127.0.0.1:{port}"
    settings = {
        "url": url,
        "server": {"host": "127.0.0.1", "port": port},
        "database": {
            "client": "mysql",
            "connection": {
                "host": "127.0.0.1",
                "port": rig.ports.base + MARIADB_PORT,
                "user": "root",
                "password": "",
                "database": "ghost",
            },
        },
        "logging": {"level": "error", "transports": ["stdout"]},
        "security": {"staffDeviceVerification": False},  # It would mail a code at the first log-in.
        "process": "local",
    }
    # Ghost reads its configuration from where it is started, and its own folder is where its parts are found.
    (peers.ghost / "config.production.json").write_text(json.dumps(settings))
    environment = {**peers.environment(), "NODE_ENV": "production"}
    environment.pop("LD_LIBRARY_PATH")
    command = (str(peers.node / "node"), "index.js")
    return Spec("ghost", command, partial(http_ok, port, "/"), environment, peers.ghost)


async def _publish(url: str, markdown: str) -> str:
    """Become the owner, publish the post, make an integration; returns its key for the Content API."""
    password = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(24))
    owner = {"name": "Ingrid Ek", "email": "ingrid@example.org", "password": password, "blogTitle": "Bench"}
    async with httpx2.AsyncClient(base_url=f"{url}/ghost/api/admin", headers={"Origin": url}, timeout=60) as client:
        await _told(client, "/authentication/setup/", {"setup": [owner]})
        await _told(client, "/session/", {"username": owner["email"], "password": password})
        post = {"title": "What openness means", "slug": SLUG, "html": render(markdown).html, "status": "published"}
        await _told(client, "/posts/?source=html", {"posts": [post]})
        made = await _told(client, "/integrations/?include=api_keys", {"integrations": [{"name": "bench"}]})
        keys = json.loads(made)["integrations"][0]["api_keys"]
        return str(next(key["secret"] for key in keys if key["type"] == "content"))


async def _told(client: httpx2.AsyncClient, path: str, body: dict[str, object]) -> str:
    answer = await client.post(path, json=body)
    if answer.is_error:
        raise AssertionError(f"Ghost refused {path}: {answer.text[:300]}")
    return answer.text


def _user() -> str:
    import getpass  # noqa: PLC0415

    return getpass.getuser()
