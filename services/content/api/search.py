"""The search's door."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.content.api.articles import Narrowed
from services.content.deps import Deps
from services.content.handlers import searching
from services.content.model.search import SearchOrder, stems_of
from services.content.schemas.search import SearchPage, facets, hit
from services.content.store.search import Found
from shared.http import JsonBytes, Paging, deps_of

router = APIRouter(prefix="/v1", tags=["search"])
Wired = Annotated[Deps, Depends(deps_of)]


@router.get("/search", response_model=SearchPage, operation_id="search")
async def search(
    deps: Wired,
    narrowed: Narrowed,
    paging: Paging,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=200,
            description="Words of the title, the lead or the body, in any order; the first sixteen count.",
        ),
    ],
    sort: Annotated[SearchOrder, Query(description="The best match first, or the newest.")] = "best",
) -> Response:
    """Articles that hold some of the words, narrowed by any of the filters, with what else they may be narrowed to.

    Bodies are searched too, those behind the wall among them; of these nothing is shown but title and lead.
    """
    results = await searching.search(deps, q, narrowed, sort, paging.after, paging.limit + 1)
    shown, more = results.items[: paging.limit], len(results.items) > paging.limit
    position = position_of(shown[-1], sort) if more else None
    stems = stems_of(results.words)
    page = SearchPage(
        items=[hit(found, stems) for found in shown],
        next=paging.cursor(position) if position else None,
        words=list(results.words),
        found=results.counts.found,
        facets=facets(results.counts),
    )
    return JsonBytes(page, headers=paging.headers(position))


def position_of(last: Found, order: SearchOrder) -> tuple[Any, str]:
    """Where a page that ends with ``last`` ended."""
    return (last.score if order == "best" else last.card.published_at, last.card.id)
