"""An archive moves in with what people said in it. What was imported once is not imported again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from services.community import model
from services.community.deps import Deps
from services.community.errors import ArticleUnknown, MemberUnknown, ParentNotFound, StillToCome, WebinarUnknown
from services.community.handlers.comments import html_of
from services.community.handlers.suggestions import manager_for
from services.community.model import Comment, Suggestion, Taken
from services.community.model.comments import take_in as take_in_comment
from services.community.model.suggestions import take_in as take_in_suggestion
from shared.ids import derived_id


async def import_comment(
    deps: Deps,
    *,
    external_id: str,
    article_id: str,
    author_id: str,
    parent_id: str | None,
    body: str,
    posted_at: datetime,
    helpful_to: Sequence[str],
) -> Comment:
    """A comment as it stood elsewhere; under this external id there is only ever one, whatever became of it since.

    Neither a closed discussion nor a suspended author keeps it out: it was written before.
    """
    id_ = derived_id("imported-comment", external_id)
    if existing := await deps.comments.find(id_):
        return existing
    _require_past(deps, posted_at)
    if await deps.neighbours.article(article_id) is None:
        raise ArticleUnknown("Comments belong to a published article; give its id.")
    await _require_members(deps, [author_id, *helpful_to])
    parent = await deps.comments.find(parent_id) if parent_id else None
    if parent_id and parent is None:
        raise ParentNotFound("Import a comment before the replies to it.")
    html = html_of(body)
    posted, _ = model.post(
        id=id_, article_id=article_id, author_id=author_id, parent=parent, body=body, html=html, at=posted_at
    )
    comment, events = take_in_comment(posted, helpful_to)
    try:
        await deps.comments.add(comment, events, at=deps.clock.now())
    except DuplicateKeyError:
        return await deps.comments.load(id_)
    return comment


async def import_suggestion(
    deps: Deps,
    *,
    external_id: str,
    title: str,
    description: str,
    topics: tuple[str, ...],
    submitter_id: str,
    suggested_at: datetime,
    supporters: Sequence[str],
    moves: Sequence[Taken],
) -> Suggestion:
    """A suggestion as it stood elsewhere; under this external id there is only ever one."""
    id_ = derived_id("imported-suggestion", external_id)
    if existing := await deps.suggestions.find(id_):
        return existing
    _require_past(deps, suggested_at, *(taken.step.at for taken in moves))
    await _require_members(deps, [submitter_id, *supporters, *(taken.step.by for taken in moves)])
    for taken in moves:
        if taken.webinar_id is not None and not await deps.neighbours.webinar_known(taken.webinar_id):
            raise WebinarUnknown("No webinar with this id was announced.")
    suggested, events = model.suggest(
        id=id_,
        title=title,
        description=description,
        topics=topics,
        by=submitter_id,
        manager_id=await manager_for(deps, id_),
        at=suggested_at,
    )
    suggestion = take_in_suggestion(suggested, supporters, moves)
    try:
        await deps.suggestions.add(suggestion, events, at=deps.clock.now())
    except DuplicateKeyError:
        return await deps.suggestions.load(id_)
    return suggestion


def _require_past(deps: Deps, *moments: datetime) -> None:
    if any(moment > deps.clock.now() for moment in moments):
        raise StillToCome


async def _require_members(deps: Deps, ids: Iterable[str]) -> None:
    wanted = set(ids)
    unknown = wanted - (await deps.neighbours.people(wanted)).keys()
    if unknown:
        raise MemberUnknown(f"No member is called {', '.join(sorted(unknown))}.")
