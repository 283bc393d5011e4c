"""What members would like to see, and how far it has got."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.community.deps import Deps
from services.community.handlers import suggestions
from services.community.model import State, Suggestion
from services.community.schemas import Id, Manager, NewMove, NewSuggestion, SuggestionView, suggestion_view
from services.community.store.suggestions import Order, position
from shared.errors import NotSignedIn
from shared.http import Anyone, Idempotent, Identity, Member, Page, Paging, deps_of, etag_of, role

router = APIRouter(prefix="/v1/suggestions", tags=["suggestions"])
Wired = Annotated[Deps, Depends(deps_of)]
CommunityManager = Annotated[Identity, role("community_manager", "admin")]
SuggestionId = Annotated[Id, Path()]


@router.get("", operation_id="listSuggestions")
async def list_suggestions(
    deps: Wired,
    viewer: Anyone,
    paging: Paging,
    state: Annotated[State | None, Query(description="Only those that have got this far.")] = None,
    order: Annotated[Order, Query(description="The newest first, or those with the most supporters.")] = "newest",
    mine: Annotated[bool, Query(description="Only what you suggested yourself.")] = False,
) -> Page[SuggestionView]:
    """What was suggested."""
    if mine and viewer is None:
        raise NotSignedIn
    by = viewer.member_id if mine and viewer else None
    found = await deps.suggestions.page(state, by, order, after=paging.after, limit=paging.limit + 1)
    shown, more = found[: paging.limit], len(found) > paging.limit
    return paging.page(await _views(deps, shown, viewer), position(shown[-1], order) if more else None)


@router.get("/managers", operation_id="listCommunityManagers")
async def list_managers(deps: Wired) -> list[Manager]:
    """Who looks after suggestions."""
    people = await deps.neighbours.with_role(suggestions.MANAGER)
    return [Manager(id=person.id, name=person.name) for person in people]


@router.post("", status_code=201, operation_id="suggestTopic")
async def suggest_topic(
    body: NewSuggestion, member: Member, key: Idempotent, deps: Wired, response: Response
) -> SuggestionView:
    """Suggest what to write or talk about."""
    suggestion = await suggestions.suggest_topic(
        deps,
        id=key.derive("suggestion"),
        title=body.title,
        description=body.description,
        topics=body.topics,
        by=member.member_id,
    )
    response.headers["Location"] = f"/v1/suggestions/{suggestion.id}"
    return await answer(deps, suggestion, member, response)


@router.get("/{id}", operation_id="getSuggestion")
async def get_suggestion(id: SuggestionId, viewer: Anyone, deps: Wired, response: Response) -> SuggestionView:
    """One suggestion."""
    return await answer(deps, await deps.suggestions.load(id), viewer, response)


@router.put("/{id}/support", operation_id="supportSuggestion")
async def support(id: SuggestionId, member: Member, deps: Wired, response: Response) -> SuggestionView:
    """Say that one would like it too."""
    suggestion = await suggestions.support_suggestion(deps, id=id, by=member.member_id, wanted=True)
    return await answer(deps, suggestion, member, response)


@router.delete("/{id}/support", operation_id="unsupportSuggestion")
async def unsupport(id: SuggestionId, member: Member, deps: Wired, response: Response) -> SuggestionView:
    """No longer say so."""
    suggestion = await suggestions.support_suggestion(deps, id=id, by=member.member_id, wanted=False)
    return await answer(deps, suggestion, member, response)


@router.post("/{id}/moves", operation_id="moveSuggestion")
async def move_suggestion(
    id: SuggestionId,
    body: NewMove,
    manager: CommunityManager,
    deps: Wired,
    response: Response,
) -> SuggestionView:
    """Take a suggestion a step further: triaged, planned, scheduled as a webinar, or declined with a reason."""
    suggestion = await suggestions.move_suggestion(
        deps, id=id, to=body.state, by=manager.member_id, reason=body.reason, webinar_id=body.webinar_id
    )
    return await answer(deps, suggestion, manager, response)


async def answer(deps: Deps, suggestion: Suggestion, viewer: Identity | None, response: Response) -> SuggestionView:
    """The suggestion with its entity tag, as ``viewer`` may see it."""
    response.headers["ETag"] = etag_of(suggestion)
    return (await _views(deps, [suggestion], viewer))[0]


async def _views(deps: Deps, found: list[Suggestion], viewer: Identity | None) -> list[SuggestionView]:
    for_manager = viewer is not None and viewer.may("community_manager", "admin")
    known = {s.manager_id for s in found if s.manager_id} | ({s.submitter_id for s in found} if for_manager else set())
    people, webinars = await asyncio.gather(
        deps.neighbours.people(known), deps.neighbours.webinar_links(s.webinar_id for s in found if s.webinar_id)
    )
    by = viewer.member_id if viewer else None
    return [suggestion_view(s, people, webinars, viewer=by, for_manager=for_manager) for s in found]
