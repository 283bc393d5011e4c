"""The database of a rehearsal that is about databases: three mongods as one replica set, each behind the proxy.

Clients and the members themselves know a member by the proxy's port, so that whatever the proxy does to a member, it
does to everybody who talks to it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pymongo.errors import OperationFailure, PyMongoError

from ops.embedded.mongod import ALREADY_INITIALIZED, REPLICA_SET, ROOT_USER, UNAUTHORIZED, Client, Mongod
from ops.embedded.probes import port_open
from ops.embedded.processes import Process, Spec
from ops.embedded.state import State
from ops.faults.network import Line
from ops.troubles import Exit, Trouble

PORTS, PROXY_PORTS = 18, 28
"""Distances from the base: the members' own ports, and those by which they are known."""
COUNT = 3
ELECTION_MS = 4_000
"""How long a member is not heard of before the others elect; MongoDB's own is 10 s, and a rehearsal has many."""
COMMIT = "commitTransaction"
NODE_NOT_FOUND, HOST_UNREACHABLE = 74, 6


class Member(Mongod):
    """One of the mongods."""

    def __init__(self, state: State, base: int, number: int) -> None:
        name = f"mongod-{number + 1}"
        super().__init__(state, base + PORTS + number, name=name, folder=name)
        self.name = name
        self.port = base + PORTS + number
        self.known_by = base + PROXY_PORTS + number

    def spec(self) -> Spec:
        """It can be used as soon as it takes part, whether as primary or not; and it can be told to answer wrongly."""
        made = super().spec()
        parameters = (
            *("--setParameter", "enableTestCommands=1"),
            # Of its own accord a member that is told to stop waits 15 s for clients to find another.
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
        )
        return replace(made, command=(*made.command, *parameters), probe=self.takes_part)

    async def takes_part(self) -> bool:
        """Whether it is primary or secondary."""
        told = await self.hello()
        return bool(told.get("isWritablePrimary") or told.get("secondary"))

    async def hello(self) -> Mapping[str, Any]:
        """What it says of itself; nothing while it is away."""
        if not await port_open(self.port):
            return {}
        async with self._anybody() as client:
            try:
                return await client.admin.command("hello")
            except PyMongoError:
                return {}

    async def initiate(self, members: list[Member]) -> None:
        """Make the replica set, unless it was made before."""
        configuration = {
            "_id": REPLICA_SET,
            "members": [
                {"_id": number, "host": f"127.0.0.1:{member.known_by}"} for number, member in enumerate(members)
            ],
            "settings": {"electionTimeoutMillis": ELECTION_MS, "heartbeatTimeoutSecs": 3},
        }
        async with self._anybody(patience_ms=20_000) as client:
            try:
                await client.admin.command("replSetInitiate", configuration)
            except OperationFailure as failure:
                if failure.code not in {UNAUTHORIZED, ALREADY_INITIALIZED}:
                    raise

    async def make_root(self) -> None:
        """Make the root user, unless it was made before; the member is the primary."""
        if await self._root_exists():
            return
        async with self._anybody(patience_ms=20_000) as client:
            role = {"role": "root", "db": "admin"}
            await client.admin.command("createUser", ROOT_USER, pwd=self._password, roles=[role])

    def root(self) -> Client:
        """A client of this member alone, past the proxy, with the right to do everything."""
        return self._root()


class Replicas:
    """The three together."""

    def __init__(self, state: State, base: int) -> None:
        self._state = state
        self.members = [Member(state, base, number) for number in range(COUNT)]

    @property
    def names(self) -> frozenset[str]:
        """Their processes."""
        return frozenset(member.name for member in self.members)

    @property
    def uri(self) -> str:
        """With the right to do everything."""
        password = quote(self._state.secret("mongodb-root"), safe="")
        hosts = ",".join(f"127.0.0.1:{member.known_by}" for member in self.members)
        return f"mongodb://{ROOT_USER}:{password}@{hosts}/?replicaSet={REPLICA_SET}&authSource=admin"

    @property
    def lines(self) -> list[Line]:
        """The ways to them."""
        return [Line(member.name, member.known_by, member.port) for member in self.members]

    async def settle(self, processes: list[Process], within: float = 90.0) -> None:
        """Bring the started members to where one of them takes writes from the root user."""
        deadline = time.monotonic() + within
        while not all([await port_open(member.port) for member in self.members]):
            if time.monotonic() > deadline:
                raise processes[0].trouble(f"the mongods did not answer within {within:.0f} s")
            await asyncio.sleep(0.1)
        await self.members[0].initiate(self.members)
        await (await self.primary(within=within)).make_root()
        await asyncio.gather(*(process.ready(within) for process in processes))

    async def primary(self, within: float = 60.0) -> Member:
        """The member that takes writes, once there is one."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for member in self.members:
                if (await member.hello()).get("isWritablePrimary"):
                    return member
            await asyncio.sleep(0.1)
        raise Trouble("the replica set has no primary", f"see {self._state.logs}", code=Exit.FAILED)

    async def step_down(self) -> str:
        """Have the primary make way for another; returns who it was."""
        member = await self.primary()
        async with member.root() as client:
            try:
                await client.admin.command({"replSetStepDown": 10, "secondaryCatchUpPeriodSecs": 5, "force": True})
            except PyMongoError as error:
                if isinstance(error, OperationFailure) and error.code not in {NODE_NOT_FOUND, HOST_UNREACHABLE}:
                    raise
        return member.name

    async def fail_commits(self, share: float, answer: Mapping[str, Any]) -> Member:
        """Have the primary answer this share of commits wrongly; returns who it is."""
        member = await self.primary()
        data = {"failCommands": [COMMIT], **answer}
        async with member.root() as client:
            await client.admin.command(
                {"configureFailPoint": "failCommand", "mode": {"activationProbability": share}, "data": data}
            )
        return member

    async def commit_well(self, member: Member) -> int:
        """Have it answer as it should; returns how often it did not."""
        async with member.root() as client:
            told = await client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})
        return int(told.get("count", 0))
