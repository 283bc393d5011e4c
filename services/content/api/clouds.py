"""What people answered, in four forms: JSON, a picture, a list, and comma-separated values."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from services.content.deps import Deps
from services.content.handlers import surveys
from services.content.model.wordcloud import as_csv, as_list
from services.content.schemas.surveys import CloudView
from services.content.store.clouds import ReadyCloud
from shared.http import deps_of, fresh, not_modified

router = APIRouter(prefix="/v1/surveys/{name}", tags=["surveys"])
Wired = Annotated[Deps, Depends(deps_of)]
Name = Annotated[str, Path(max_length=100, description="The survey's slug or id.")]

PRODUCES = ("image/svg+xml", "text/csv", "text/html")
HEADERS = {
    "Cache-Control": "public, no-cache",  # Kept, and asked after: it changes with every answer.
    "Content-Security-Policy": "default-src 'none'; sandbox",  # Opened by itself, it is only what it looks like.
}


def _produces(media_type: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {media_type: {"schema": {"type": "string"}}}}, 304: {"description": "As you have it."}}


@router.get("/cloud", response_model=CloudView)
async def read_cloud(name: Name, deps: Wired, request: Request) -> Response:
    """What was answered: each term with how many gave it and its weight, the most frequent first.

    The same answers, in whatever order they came, are the same bytes, in all four forms.
    """
    ready = await surveys.cloud(deps, name)
    return fresh(request, CloudView.of(ready.survey, ready.cloud), ready.tag, HEADERS)


@router.get("/cloud.svg", response_class=Response, responses=_produces("image/svg+xml"))
async def draw_cloud(name: Name, deps: Wired, request: Request) -> Response:
    """The picture, with real text: each word's area is in proportion to how many gave it."""
    ready = await surveys.cloud(deps, name)
    return _unless_known(request, ready) or _sent(ready, await ready.picture(), "image/svg+xml")


@router.get("/cloud.html", response_class=Response, responses=_produces("text/html"))
async def list_cloud(name: Name, deps: Wired, request: Request) -> Response:
    """The same as a list, to be put into a page beside the picture."""
    ready = await surveys.cloud(deps, name)
    return _unless_known(request, ready) or _sent(ready, as_list(ready.cloud, ready.survey.question), "text/html")


@router.get("/cloud.csv", response_class=Response, responses=_produces("text/csv"))
async def tabulate_cloud(name: Name, deps: Wired, request: Request) -> Response:
    """The same for a spreadsheet. `answered` is how many people answered, the same in every row."""
    ready = await surveys.cloud(deps, name)
    return _unless_known(request, ready) or _sent(ready, as_csv(ready.cloud), "text/csv")


def _unless_known(request: Request, ready: ReadyCloud) -> Response | None:
    return not_modified(request, ready.tag, HEADERS)


def _sent(ready: ReadyCloud, content: bytes | str, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers={**HEADERS, "ETag": ready.tag})
