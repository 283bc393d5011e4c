"""Discussions and suggestions that come from another archive, with their people and their dates."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.community.api import comments, suggestions
from services.community.deps import Deps
from services.community.handlers import imports
from services.community.model import Move, Taken
from services.community.schemas import CommentView, ImportedComment, ImportedSuggestion, SuggestionView
from shared.http import Idempotent, Identity, deps_of, role

router = APIRouter(prefix="/v1/imports", tags=["imports"])
Wired = Annotated[Deps, Depends(deps_of)]
Admin = Annotated[Identity, role("admin")]


@router.post("/comments", status_code=201, operation_id="importComment")
async def import_comment(
    body: ImportedComment, admin: Admin, _key: Idempotent, deps: Wired, response: Response
) -> CommentView:
    """Take a comment over with its author and its date. Nobody is written to. The same `external_id` again is the
    comment it became the first time, unchanged.
    """
    comment = await imports.import_comment(
        deps,
        external_id=body.external_id,
        article_id=body.article_id,
        author_id=body.author_id,
        parent_id=body.parent_id,
        body=body.body,
        posted_at=body.posted_at,
        helpful_to=body.helpful_to,
    )
    response.headers["Location"] = f"/v1/comments/{comment.id}"
    return await comments.answer(deps, comment, admin, response)


@router.post("/suggestions", status_code=201, operation_id="importSuggestion")
async def import_suggestion(
    body: ImportedSuggestion, admin: Admin, _key: Idempotent, deps: Wired, response: Response
) -> SuggestionView:
    """Take a suggestion over with its supporters and how far it has got. Nobody is written to. The same `external_id`
    again is the suggestion it became the first time, unchanged.
    """
    moves = [
        Taken(Move(state=step.state, by=step.by, at=step.at, reason=step.reason), step.webinar_id)
        for step in body.moves
    ]
    suggestion = await imports.import_suggestion(
        deps,
        external_id=body.external_id,
        title=body.title,
        description=body.description,
        topics=body.topics,
        submitter_id=body.submitter_id,
        suggested_at=body.suggested_at,
        supporters=body.supporters,
        moves=moves,
    )
    response.headers["Location"] = f"/v1/suggestions/{suggestion.id}"
    return await suggestions.answer(deps, suggestion, admin, response)
