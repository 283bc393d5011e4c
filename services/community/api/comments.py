"""Comments under articles. Reading is open to all; writing needs a membership."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.community.deps import Deps
from services.community.handlers import comments
from services.community.model import Comment, Order
from services.community.schemas import (
    ChangedComment,
    CommentView,
    Discussion,
    Hiding,
    Id,
    NewComment,
    Thread,
    comment_view,
)
from services.community.store.comments import position
from services.community.store.page_cache import ReadyPage
from shared.http import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    Anyone,
    Cursoring,
    HotRoute,
    IdempotencyKey,
    Idempotent,
    Identity,
    IfMatch,
    JsonBytes,
    Member,
    Paging,
    anyone,
    body_of,
    cursoring,
    deps_of,
    etag_of,
    etag_of_bytes,
    fresh,
    idempotency_key,
    json_bytes,
    member,
    role,
)

router = APIRouter(prefix="/v1", tags=["comments"])
Wired = Annotated[Deps, Depends(deps_of)]
Moderator = Annotated[Identity, role("moderator", "admin")]
CommentId = Annotated[Id, Path()]

_FIRST_PAGE = re.compile(rb"article=([A-Za-z0-9-]{1,64})(?:&limit=(\d{1,3}))?")


@router.get("/comments", operation_id="listComments", response_model=Discussion)
async def list_comments(
    request: Request,
    deps: Wired,
    viewer: Anyone,
    paging: Paging,
    article: Annotated[Id, Query(description="The article's id.")],
    order: Annotated[Order, Query(description="Replies follow what they reply to, except by helpfulness.")] = "oldest",
) -> Response:
    """The discussion of an article, a page at a time; each comment with its author."""

    async def make() -> ReadyPage:
        return await _page(deps, viewer, paging, article, order)

    if viewer is None:
        ready = await deps.pages.page(article, paging.name, make)
    else:
        ready = await make()
    return fresh(request, ready.body, ready.etag, ready.headers)


async def _list_hot(request: Request) -> Response | None:
    """The first page in the usual order, which is what stands under every article."""
    asked = _FIRST_PAGE.fullmatch(request.scope["query_string"])
    if asked is None or not 1 <= (limit := int(asked[2] or DEFAULT_LIMIT)) <= MAX_LIMIT:
        return None
    viewer, paging = await anyone(request), await cursoring(request, Response(), limit)
    return await list_comments(request, request.app.state.deps, viewer, paging, asked[1].decode())


async def _page(deps: Deps, viewer: Identity | None, paging: Cursoring, article: str, order: Order) -> ReadyPage:
    found, closed = await asyncio.gather(
        deps.comments.page(article, order, after=paging.after, limit=paging.limit + 1),
        deps.neighbours.thread_closed(article),
    )
    shown, more = found[: paging.limit], len(found) > paging.limit
    end = position(shown[-1], order) if more else None
    body = json_bytes(
        Discussion(items=await _views(deps, shown, viewer), next=paging.cursor(end) if end else None, closed=closed)
    )
    return ReadyPage(body, etag_of_bytes(body), paging.headers(end) | {"Vary": "Authorization"})


@router.post("/comments", status_code=201, operation_id="postComment", response_model=CommentView)
async def post_comment(body: NewComment, author: Member, key: Idempotent, deps: Wired) -> Response:
    """Write a comment, or a reply to one."""
    return await _post(deps, body, author, key)


async def _post_hot(request: Request) -> Response | None:
    body = await body_of(request, NewComment)
    if body is None:
        return None
    author = await member(await anyone(request))
    key = await idempotency_key(request, author, request.headers.get("idempotency-key"))
    return await _post(request.app.state.deps, body, author, key)


HOT = (HotRoute("/v1/comments", _list_hot), HotRoute("/v1/comments", _post_hot, method="POST"))
"""What is read under every article, and what members do most."""


async def _post(deps: Deps, body: NewComment, author: Identity, key: IdempotencyKey) -> Response:
    comment, person = await comments.post_comment(
        deps,
        id=key.derive("comment"),
        article_id=body.article_id,
        author_id=author.member_id,
        parent_id=body.parent_id,
        body=body.body,
    )
    people = {author.member_id: person} if person else {}
    view = comment_view(comment, people, viewer=author.member_id, moderator=_moderates(author))
    return JsonBytes(view, 201, {"Location": f"/v1/comments/{comment.id}", "ETag": etag_of(comment)})


@router.get("/comments/{id}", operation_id="getComment")
async def get_comment(id: CommentId, viewer: Anyone, deps: Wired, response: Response) -> CommentView:
    """One comment, by its permalink."""
    return await answer(deps, await comments.read_comment(deps, id=id), viewer, response)


@router.patch("/comments/{id}", operation_id="editComment")
async def edit_comment(
    id: CommentId,
    body: ChangedComment,
    author: Member,
    version: IfMatch,
    deps: Wired,
    response: Response,
) -> CommentView:
    """Change one's own words, for a quarter of an hour after writing them."""
    comment = await comments.edit_comment(deps, id=id, by=author.member_id, body=body.body, version=version)
    return await answer(deps, comment, author, response)


@router.delete("/comments/{id}", status_code=204, operation_id="eraseComment")
async def erase_comment(id: CommentId, author: Member, deps: Wired) -> None:
    """Take one's own comment back for good. Replies keep their place."""
    await comments.erase_comment(deps, id=id, by=author.member_id)


@router.post("/comments/{id}/hide", operation_id="hideComment")
async def hide_comment(
    id: CommentId,
    body: Hiding,
    moderator: Moderator,
    deps: Wired,
    response: Response,
) -> CommentView:
    """Take a comment from view, with a reason that its author sees."""
    comment = await comments.hide_comment(deps, id=id, by=moderator.member_id, reason=body.reason)
    return await answer(deps, comment, moderator, response)


@router.post("/comments/{id}/restore", operation_id="restoreComment")
async def restore_comment(id: CommentId, moderator: Moderator, deps: Wired, response: Response) -> CommentView:
    """Show a hidden comment again."""
    comment = await comments.restore_comment(deps, id=id, by=moderator.member_id)
    return await answer(deps, comment, moderator, response)


@router.put("/comments/{id}/helpful", operation_id="markCommentHelpful")
async def mark_helpful(id: CommentId, member: Member, deps: Wired, response: Response) -> CommentView:
    """Say that a comment helped."""
    comment = await comments.mark_helpful(deps, id=id, by=member.member_id, helpful=True)
    return await answer(deps, comment, member, response)


@router.delete("/comments/{id}/helpful", operation_id="unmarkCommentHelpful")
async def unmark_helpful(id: CommentId, member: Member, deps: Wired, response: Response) -> CommentView:
    """No longer say so."""
    comment = await comments.mark_helpful(deps, id=id, by=member.member_id, helpful=False)
    return await answer(deps, comment, member, response)


@router.put("/comments/threads/{article}", status_code=204, operation_id="closeThread")
async def close_thread(article: Annotated[Id, Path()], body: Thread, _moderator: Moderator, deps: Wired) -> None:
    """End the discussion of an article, or take it up again."""
    await comments.close_thread(deps, article_id=article, closed=body.closed)


async def answer(deps: Deps, comment: Comment, viewer: Identity | None, response: Response) -> CommentView:
    """The comment with its entity tag, as ``viewer`` may see it."""
    response.headers["ETag"] = etag_of(comment)
    return (await _views(deps, [comment], viewer))[0]


async def _views(deps: Deps, found: list[Comment], viewer: Identity | None) -> list[CommentView]:
    people = await deps.neighbours.people(comment.author_id for comment in found)
    moderator = _moderates(viewer)
    viewer_id = viewer.member_id if viewer else None
    return [comment_view(comment, people, viewer=viewer_id, moderator=moderator) for comment in found]


def _moderates(viewer: Identity | None) -> bool:
    return viewer is not None and viewer.may("moderator", "admin")
