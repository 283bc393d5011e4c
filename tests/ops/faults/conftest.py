"""A rehearsal for what is seen only on a whole platform: started once for the folder, and only where a test asks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ops.faults.acts import crowd
from ops.faults.rig import Rig, rig
from ops.testing import free_base


@pytest_asyncio.fixture(scope="package")
async def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    """A platform with everybody in place."""
    async with rig(tmp_path_factory.mktemp("rig"), free_base(), seed=20170731, say=lambda _line: None) as made:
        yield made


async def comments(rehearsal: Rig, count: int) -> None:
    """So many comments, each until it stands."""

    async def comment(_number: int) -> None:
        (author,) = rehearsal.acts.members(1)
        await rehearsal.acts.comment(author, rehearsal.acts.article())

    await crowd(comment, count, at_once=4)
