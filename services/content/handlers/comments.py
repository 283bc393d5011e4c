"""How many comments an item has, from community's events."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence

from services.content.deps import Deps
from services.content.model.comments import CommentFact, differences, merge
from shared.inbox import Delivery
from shared.mongo import Session, transact

AT_ONCE = 500


async def count_comments(deps: Deps, deliveries: Sequence[Delivery[CommentFact]]) -> None:
    """Bring registers and counts up to these events."""
    await _take(deps, [delivery.event for delivery in deliveries], deliveries[0].session)


async def rebuild_comment_counts(deps: Deps, log: AsyncIterable[CommentFact]) -> None:
    """Read the log again, in any order and with any repetitions, and count every item's comments afresh.

    Forgets nothing: what the log no longer holds stands as it is in the registers. Safe while events keep coming.
    """
    waiting: list[CommentFact] = []
    async for fact in log:
        waiting.append(fact)
        if len(waiting) >= AT_ONCE:
            await _take_in_one(deps, waiting)
            waiting = []
    if waiting:
        await _take_in_one(deps, waiting)
    async for ids in deps.comments.article_ids(at_once=AT_ONCE):
        await _recount(deps, ids)


async def _take(deps: Deps, facts: Sequence[CommentFact], session: Session) -> None:
    known = await deps.comments.registers({fact.comment_id for fact in facts}, session=session)
    changed = merge(known, facts)
    await deps.comments.write(changed, session=session)
    await deps.comments.add(differences(known, changed), session=session)


async def _take_in_one(deps: Deps, facts: Sequence[CommentFact]) -> None:
    async def work(session: Session) -> None:
        await _take(deps, facts, session)

    await transact(deps.client, work)


async def _recount(deps: Deps, ids: Sequence[str]) -> None:
    async def work(session: Session) -> None:
        await deps.comments.recount(ids, session=session)

    await transact(deps.client, work)
