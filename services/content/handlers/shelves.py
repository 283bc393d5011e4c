"""Topics, series and the board: what editors keep in order and readers browse by."""

from __future__ import annotations

from typing import TypeVar

from pymongo.errors import DuplicateKeyError

from services.content.deps import Deps
from services.content.errors import RegionNotFound
from services.content.model.geography import Region
from services.content.model.shelves import BoardMember, Series, Topic
from shared.aggregates import Aggregates
from shared.errors import StaleWrite
from shared.http import PreconditionRequired
from shared.model import Aggregate

A = TypeVar("A", bound=Aggregate)


async def put_topic(deps: Deps, topic: Topic, *, expected: int | None) -> Topic:
    """Add a topic, or change it if it is as the editor saw it."""
    return await _put(deps.shelves.topics, topic, expected)


async def put_series(deps: Deps, series: Series, *, expected: int | None) -> Series:
    """Add a series, or change it if it is as the editor saw it."""
    return await _put(deps.shelves.series, series, expected)


async def put_board_member(deps: Deps, member: BoardMember, *, expected: int | None) -> BoardMember:
    """Add somebody to the board, or change what is shown of them."""
    return await _put(deps.shelves.board, member, expected)


async def remove_board_member(deps: Deps, member_id: str, *, expected: int) -> None:
    """Take somebody off the board; raises ``BoardMemberNotFound``, ``StaleWrite``."""
    await deps.shelves.board.load(member_id)
    if not await deps.shelves.remove_from_board(member_id, version=expected):
        raise StaleWrite("Load the board again.")


async def all_topics(deps: Deps) -> list[Topic]:
    """Every topic."""
    return await deps.shelves.all_topics()


async def topic(deps: Deps, slug: str) -> Topic:
    """A topic; raises ``TopicNotFound``."""
    return await deps.shelves.topics.load(slug)


async def all_series(deps: Deps) -> list[Series]:
    """Every series."""
    return await deps.shelves.all_series()


async def series(deps: Deps, slug: str) -> Series:
    """A series; raises ``SeriesNotFound``."""
    return await deps.shelves.series.load(slug)


async def board(deps: Deps) -> list[BoardMember]:
    """The editorial board, in its order."""
    return await deps.shelves.whole_board()


async def region(deps: Deps, slug: str) -> Region:
    """A region; raises :class:`RegionNotFound`."""
    found = deps.geography.regions.get(slug)
    if found is None:
        raise RegionNotFound(region=slug)
    return found


async def _put(shelf: Aggregates[A], wanted: A, expected: int | None) -> A:
    """Add what is not there; change what is there and was seen. The same again is no change and needs no version."""
    existing = await shelf.find(wanted.id)
    if existing is None and expected is None:
        try:
            await shelf.add(wanted)
        except DuplicateKeyError:
            existing = await shelf.load(wanted.id)
        else:
            return wanted
    if existing is None:
        raise StaleWrite("It is not there any more.")
    wanted = wanted.model_copy(update={"version": existing.version})
    if wanted == existing:
        return existing
    if expected is None:
        raise PreconditionRequired("It is there already. Send If-Match with the ETag of the version you have seen.")
    return await shelf.save(wanted.model_copy(update={"version": expected}))
