import asyncio
from collections.abc import Sequence

import pytest

from shared.group_commit import GroupCommit, Overloaded


async def test_what_waits_while_a_commit_is_under_way_is_committed_together() -> None:
    batches: list[list[int]] = []
    gate = asyncio.Event()

    async def commit(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        await gate.wait()
        return [item * 10 for item in items]

    group: GroupCommit[int, int] = GroupCommit(commit, max_batch=3)

    waiting = [asyncio.create_task(group.submit(n)) for n in range(5)]
    await asyncio.sleep(0)
    gate.set()
    results = await asyncio.gather(*waiting)

    assert results == [0, 10, 20, 30, 40]
    assert [len(batch) for batch in batches] == [3, 2]


async def test_an_error_returned_for_one_item_reaches_only_its_caller() -> None:
    async def commit(items: Sequence[str]) -> list[str | BaseException]:
        return [KeyError(item) if item == "broken" else item for item in items]

    group: GroupCommit[str, str] = GroupCommit(commit)

    good, broken = await asyncio.gather(group.submit("good"), group.submit("broken"), return_exceptions=True)

    assert good == "good"
    assert isinstance(broken, KeyError)


async def test_a_commit_that_fails_fails_its_batch_and_no_other() -> None:
    calls = 0

    async def commit(items: Sequence[int]) -> Sequence[int]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError("the database is away")
        return items

    group: GroupCommit[int, int] = GroupCommit(commit, max_batch=1)

    first, second = await asyncio.gather(group.submit(1), group.submit(2), return_exceptions=True)

    assert isinstance(first, ConnectionError)
    assert second == 2


async def test_a_caller_that_gives_up_does_not_disturb_the_others() -> None:
    gate = asyncio.Event()

    async def commit(items: Sequence[int]) -> Sequence[int]:
        await gate.wait()
        return items

    group: GroupCommit[int, int] = GroupCommit(commit)
    impatient, patient = asyncio.create_task(group.submit(1)), asyncio.create_task(group.submit(2))
    await asyncio.sleep(0)

    impatient.cancel()
    gate.set()

    assert await patient == 2
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_more_than_may_wait_is_refused() -> None:
    gate = asyncio.Event()

    async def commit(items: Sequence[int]) -> Sequence[int]:
        await gate.wait()
        return items

    group: GroupCommit[int, int] = GroupCommit(commit, max_batch=1, max_waiting=2)
    waiting = [asyncio.create_task(group.submit(n)) for n in range(2)]
    await asyncio.sleep(0)
    waiting += [asyncio.create_task(group.submit(n)) for n in range(2, 3)]
    await asyncio.sleep(0)

    with pytest.raises(Overloaded):
        await group.submit(99)

    gate.set()
    assert await asyncio.gather(*waiting) == [0, 1, 2]


async def test_a_caller_that_submits_again_as_soon_as_it_is_answered_is_committed_too() -> None:
    async def commit(items: Sequence[int]) -> Sequence[int]:
        return items

    group: GroupCommit[int, int] = GroupCommit(commit)

    async def submit_many() -> list[int]:
        return [await group.submit(n) for n in range(3)]

    async with asyncio.timeout(5):
        results = await asyncio.gather(*(submit_many() for _ in range(4)))

    assert results == [[0, 1, 2]] * 4
