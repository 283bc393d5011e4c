"""How many comments an item has, from community's events."""

from __future__ import annotations

from collections.abc import Sequence

from services.content.deps import Deps
from services.content.model.comments import CommentFact, differences, merge
from shared.inbox import Delivery


async def count_comments(deps: Deps, deliveries: Sequence[Delivery[CommentFact]]) -> None:
    """Bring registers and counts up to these events."""
    facts, session = [delivery.event for delivery in deliveries], deliveries[0].session
    known = await deps.comments.registers({fact.comment_id for fact in facts}, session=session)
    changed = merge(known, facts)
    await deps.comments.write(changed, session=session)
    await deps.comments.add(differences(known, changed), session=session)
