"""What outlives a restart, a death and a move, and what a signal stops: no stale lock or pid is in the way."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pymongo.errors import OperationFailure

from ops import control
from ops.embedded.platform import Platform
from ops.embedded.state import State
from ops.settings import ROOT
from ops.testing import free_base
from ops.troubles import Exit, Trouble
from shared.mongo import connect
from tests.support import eventually

pytestmark = pytest.mark.slow


async def supervised(folder: Path, base: int, *options: str) -> asyncio.subprocess.Process:
    """`plenary up` as a process of its own, once it is up."""
    environment = {**os.environ, "PLENARY_STATE_DIR": str(folder), "PLENARY_PORT_BASE": str(base)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ops", "up", *options),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def is_up() -> bool:
        assert process.returncode is None, "it ended"
        run = State(folder).run
        return control.running(run) and (await asyncio.to_thread(control.call, run, "status"))["phase"] == "up"

    await eventually(is_up, within=90, every=0.2)
    return process


async def test_what_was_acknowledged_is_there_after_everything_was_killed(tmp_path: Path) -> None:
    base = free_base()
    before = Platform(tmp_path, base, servers_only=True)
    supervisor = await supervised(tmp_path, base, "--servers-only")
    async with connect(before.mongodb_uri, app_name="tests") as client:
        await client["plenary_content"]["articles"].insert_one({"_id": "openness"})
    producer = AIOKafkaProducer(**before.kafka.client_arguments(), acks="all")
    await producer.start()
    await producer.send_and_wait("content.articles", b"openness", partition=0)
    await producer.stop()

    children = [process["pid"] for process in control.call(State(tmp_path).run, "status")["processes"]]
    for pid in (supervisor.pid, *children):
        os.kill(pid, signal.SIGKILL)
    await supervisor.wait()

    async with Platform(tmp_path, base, servers_only=True) as after:
        async with connect(after.mongodb_uri, app_name="tests") as client:
            assert await client["plenary_content"]["articles"].find_one() == {"_id": "openness"}
        consumer = AIOKafkaConsumer(**after.kafka.client_arguments(), enable_auto_commit=False)
        await consumer.start()
        end = await consumer.end_offsets([TopicPartition("content.articles", 0)])
        await consumer.stop()
        assert end == {TopicPartition("content.articles", 0): 1}


async def test_data_follow_when_the_ports_change(tmp_path: Path) -> None:
    async with (
        Platform(tmp_path, free_base(), servers_only=True) as here,
        connect(here.mongodb_uri, app_name="tests") as client,
    ):
        await client["plenary_content"]["articles"].insert_one({"_id": "openness"})
        elsewhere = free_base()  # Another one, since this one is in use.

    async with (
        Platform(tmp_path, elsewhere, servers_only=True) as there,
        connect(there.mongodb_uri, app_name="tests") as client,
    ):
        assert await client["plenary_content"]["articles"].find_one() == {"_id": "openness"}


async def test_a_platform_that_is_up_is_not_started_twice(platform: Platform) -> None:
    with pytest.raises(Trouble, match="already up") as trouble:
        await Platform(platform.state.root, platform.ports.base, servers_only=True).start()

    assert trouble.value.code == Exit.CANNOT_START


async def test_a_killed_broker_comes_back_by_itself(platform: Platform) -> None:
    first = platform.process("kafka").pid

    await platform.kill("kafka")

    await eventually(lambda: platform.process("kafka").pid not in {None, first}, within=20)
    await platform.process("kafka").ready(60)


async def test_who_dies_in_a_transaction_does_not_hold_up_the_next_for_long(platform: Platform) -> None:
    async with (
        connect(platform.mongodb_uri, app_name="dies") as dying,
        connect(platform.mongodb_uri, app_name="next") as following,
    ):
        await following["plenary_content"]["counts"].insert_one({"_id": "buses", "comments": 0})
        session = dying.start_session()
        await session.start_transaction()
        change = {"$inc": {"comments": 1}}
        await dying["plenary_content"]["counts"].update_one({"_id": "buses"}, change, session=session)

        async def changed() -> bool:
            try:
                async with following.start_session() as own, await own.start_transaction():
                    await following["plenary_content"]["counts"].update_one({"_id": "buses"}, change, session=own)
            except OperationFailure:
                return False
            return True

        assert not await changed()
        await eventually(changed, within=25, every=0.5)


async def test_a_signal_stops_everything(tmp_path: Path) -> None:
    supervisor = await supervised(tmp_path, free_base(), "--servers-only")
    children = [process["pid"] for process in control.call(State(tmp_path).run, "status")["processes"]]

    supervisor.send_signal(signal.SIGINT)

    assert await asyncio.wait_for(supervisor.wait(), 60) == Exit.FINE
    assert not any(map(psutil.pid_exists, children))
    assert not control.running(State(tmp_path).run)
