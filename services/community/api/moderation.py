"""What moderators look through: the newest comments of all articles, or those that were taken from view."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from services.community.deps import Deps
from services.community.schemas import ModeratedComment, moderated_view
from services.community.store.comments import latest_position
from shared.http import Identity, Page, Paging, deps_of, role

router = APIRouter(prefix="/v1/comments", tags=["comments"])
Wired = Annotated[Deps, Depends(deps_of)]
Moderator = Annotated[Identity, role("moderator", "admin")]


@router.get("/moderation", operation_id="listCommentsToModerate")
async def list_comments_to_moderate(
    moderator: Moderator,
    deps: Wired,
    paging: Paging,
    response: Response,
    state: Annotated[Literal["visible", "hidden"], Query(description="Shown to readers, or taken from view.")] = (
        "visible"
    ),
) -> Page[ModeratedComment]:
    """The comments of all articles, the newest first, each with its article and, where it was hidden, by whom."""
    response.headers["Cache-Control"] = "private, no-store"
    found = await deps.comments.latest(state, after=paging.after, limit=paging.limit + 1)
    shown, more = found[: paging.limit], len(found) > paging.limit
    people, articles = await asyncio.gather(
        deps.neighbours.people({c.author_id for c in shown} | {c.moderator_id for c in shown if c.moderator_id}),
        deps.neighbours.articles(c.article_id for c in shown),
    )
    views = [moderated_view(comment, people, articles, viewer=moderator.member_id) for comment in shown]
    return paging.page(views, latest_position(shown[-1]) if more else None)
