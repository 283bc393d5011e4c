"""Counting every item's comments again from the log, and seeing that the counts are equal (C9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.content.deps import Deps
from services.content.model.comments import CommentFact, Register, differences, merge
from shared.mongo import Session
from shared.rebuilding import Findings, Log, undisturbed

AT_ONCE = 500


async def rebuild_comment_counts(deps: Deps, log: Log, dry: bool) -> Findings:
    """Read the log again, in any order and with any repetitions, and count every item's comments afresh unless ``dry``.

    Forgets nothing: what the log no longer holds stands as it is in the registers. Safe while events keep coming.
    """
    rebuilding = _Rebuilding(deps, dry=dry)
    waiting: list[CommentFact] = []
    async for envelope in log:
        if isinstance(envelope.event, CommentFact):
            waiting.append(envelope.event)
        if len(waiting) >= AT_ONCE:
            await rebuilding.take(waiting)
            waiting = []
    await rebuilding.take(waiting)
    async for ids in deps.comments.article_ids(at_once=AT_ONCE):
        await rebuilding.recount(ids)
    return rebuilding.findings


@dataclass
class _Rebuilding:
    """First the registers, then the counts: an item's count is only touched once all its registers are right."""

    deps: Deps
    dry: bool
    findings: Findings = field(default_factory=Findings)
    mended: dict[str, Register] = field(default_factory=dict)
    """What a dry run would have written into the registers,"""
    difference: Counter[str] = field(default_factory=Counter)
    """and by how much each item's number of visible ones would have changed."""

    async def take(self, facts: Sequence[CommentFact]) -> None:
        """Bring the registers up to these facts."""

        async def work(session: Session) -> tuple[dict[str, Register], dict[str, Register]]:
            known = await self.deps.comments.registers({fact.comment_id for fact in facts}, session=session)
            changed = merge(known | self.mended, facts)
            if not self.dry:
                await self.deps.comments.write(changed, session=session)
            return known | self.mended, changed

        known, changed = await undisturbed(self.deps.client, work)
        for comment_id, register in changed.items():
            before = known.get(comment_id)
            self.findings.differs(comment=comment_id, kept=before and before._asdict(), log=register._asdict())
        if self.dry:
            self.mended |= changed
            self.difference.update(differences(known, changed))

    async def recount(self, ids: Sequence[str]) -> None:
        """Compare the counts of these items with their registers, and set them."""

        async def work(session: Session) -> tuple[dict[str, int], dict[str, int]]:
            kept = await self.deps.comments.counts(ids, session=session)
            visible = await self.deps.comments.visible(ids, session=session)
            if not self.dry:
                await self.deps.comments.recount(ids, session=session)
            return kept, visible

        kept, visible = await undisturbed(self.deps.client, work)
        self.findings.compared += len(ids)
        for id_ in ids:
            told = visible.get(id_, 0) + self.difference[id_]
            if kept.get(id_, 0) != told:
                self.findings.differs(article=id_, kept=kept.get(id_, 0), log=told)
