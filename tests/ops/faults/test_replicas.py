"""The replica set of the rig: what it does to commits, and that a commit nobody answered has exactly one effect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from ops.embedded.processes import Process, Spec
from ops.embedded.state import State
from ops.faults.network import Network
from ops.faults.replicas import COMMIT, Replicas
from ops.faults.scenarios.database import DONE_AND_DENIED, NOT_DONE
from ops.testing import free_base
from shared.mongo import Database, Session, connect, transact

pytestmark = pytest.mark.slow

TRANSACTIONS = 20


@pytest_asyncio.fixture(scope="module")
async def behind_proxy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Replicas, Network]]:
    """Three mongods behind the proxy, one of them primary."""
    folder: Path = tmp_path_factory.mktemp("replicas")
    state = State(folder)
    state.create()
    made = Replicas(state, free_base())
    async with AsyncExitStack() as running:

        async def run(spec: Spec) -> Process:
            process = Process(spec, state, lambda _line: None)
            await process.start()
            running.push_async_callback(process.stop, within=0)
            return process

        network = Network(state, made.lines)
        await (await run(network.spec())).ready(30)
        await made.settle([await run(member.spec()) for member in made.members])
        yield made, network


@pytest.fixture
def replicas(behind_proxy: tuple[Replicas, Network]) -> Replicas:
    """The three together."""
    return behind_proxy[0]


@pytest.fixture
def network(behind_proxy: tuple[Replicas, Network]) -> Network:
    """What stands before them."""
    return behind_proxy[1]


async def count_up(database: Database, number: int) -> None:
    """One transaction: a row that can be there once, and one more on the counter."""

    async def work(session: Session) -> None:
        await database["rows"].insert_one({"_id": number}, session=session)
        await database["counter"].update_one({"_id": "all"}, {"$inc": {"count": 1}}, upsert=True, session=session)

    await transact(database.client, work)


async def counted(replicas: Replicas, name: str, begun: asyncio.Event | None = None) -> tuple[int, int]:
    """How many rows there are after so many transactions, and what the counter says. ``begun`` is set before them:
    what makes a collection is not repeated by the driver.
    """
    async with connect(replicas.uri, app_name="tests") as client:
        database = client[name]
        await database.create_collection("rows")
        await database["counter"].insert_one({"_id": "all", "count": 0})
        if begun:
            begun.set()
        for number in range(TRANSACTIONS):
            await count_up(database, number)
        counter = await database["counter"].find_one({"_id": "all"})
        assert counter is not None
        return await database["rows"].count_documents({}), int(counter["count"])


async def test_a_commit_whose_answer_was_cut_off_has_one_effect(replicas: Replicas, network: Network) -> None:
    names = [member.name for member in replicas.members]
    for name in names:
        await network.tell(name, mode="cut", after=COMMIT, share=0.3)

    found = await counted(replicas, "cut")

    cuts = sum([await network.tell(name, mode="pass") for name in names])
    assert found == (TRANSACTIONS, TRANSACTIONS)
    assert cuts > 0


@pytest.mark.parametrize("answer", [DONE_AND_DENIED, NOT_DONE], ids=["denied", "refused"])
async def test_a_commit_that_was_answered_wrongly_has_one_effect(
    replicas: Replicas, answer: dict[str, object], request: pytest.FixtureRequest
) -> None:
    member = await replicas.fail_commits(0.3, answer)

    found = await counted(replicas, request.node.callspec.id)

    assert await replicas.commit_well(member) > 0
    assert found == (TRANSACTIONS, TRANSACTIONS)


async def test_writing_goes_on_at_another_primary_after_a_step_down(replicas: Replicas) -> None:
    former, begun = await replicas.primary(), asyncio.Event()
    counting = asyncio.create_task(counted(replicas, "stepdown", begun))
    await begun.wait()

    assert await replicas.step_down() == former.name

    assert await counting == (TRANSACTIONS, TRANSACTIONS)
    assert (await replicas.primary()).name != former.name
