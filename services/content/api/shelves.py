"""Topics, regions, series and the editorial board."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel

from services.content.deps import Deps
from services.content.handlers import shelves
from services.content.model.geography import Region
from services.content.model.shelves import BoardMember, Series, Topic
from services.content.schemas.articles import Slug
from services.content.schemas.shelves import (
    AllSeries,
    Board,
    BoardMemberBody,
    BoardMemberView,
    CountryView,
    Regions,
    RegionView,
    SeriesBody,
    SeriesView,
    TopicBody,
    Topics,
    TopicView,
)
from shared.http import Identity, IfMatch, deps_of, etag_of, fresh, json_bytes, role
from shared.http.etags import if_match

router = APIRouter(prefix="/v1", tags=["topics, regions, series, board"])
Wired = Annotated[Deps, Depends(deps_of)]
Editor = Annotated[Identity, role("editor", "admin")]
SlugPath = Annotated[Slug, Path()]


async def if_match_given(value: Annotated[str | None, Header(alias="If-Match")] = None) -> int | None:
    """The version the client has seen, if it says; what is new has none."""
    return None if value is None else await if_match(value)


Seen = Annotated[int | None, Depends(if_match_given)]


@router.get("/topics", response_model=Topics)
async def list_topics(deps: Wired, request: Request) -> Response:
    """Every topic."""
    return _list(request, Topics(items=[_topic(topic) for topic in await shelves.all_topics(deps)]))


@router.get("/topics/{slug}", response_model=TopicView)
async def read_topic(slug: SlugPath, deps: Wired, request: Request) -> Response:
    """A topic, and where its articles are."""
    topic = await shelves.topic(deps, slug)
    return fresh(request, _topic(topic), etag_of(topic))


@router.put("/topics/{slug}")
async def put_topic(
    slug: SlugPath, body: TopicBody, _editor: Editor, seen: Seen, deps: Wired, response: Response
) -> TopicView:
    """Add a topic, or change it (`If-Match` needed)."""
    topic = await shelves.put_topic(deps, Topic(id=slug, **body.model_dump()), expected=seen)
    response.headers["ETag"] = etag_of(topic)
    return _topic(topic)


@router.get("/series", response_model=AllSeries)
async def list_series(deps: Wired, request: Request) -> Response:
    """Every series."""
    return _list(request, AllSeries(items=[_series(series) for series in await shelves.all_series(deps)]))


@router.get("/series/{slug}", response_model=SeriesView)
async def read_series(slug: SlugPath, deps: Wired, request: Request) -> Response:
    """A series, with its question."""
    series = await shelves.series(deps, slug)
    return fresh(request, _series(series), etag_of(series))


@router.put("/series/{slug}")
async def put_series(
    slug: SlugPath, body: SeriesBody, _editor: Editor, seen: Seen, deps: Wired, response: Response
) -> SeriesView:
    """Add a series, or change it (`If-Match` needed)."""
    series = await shelves.put_series(deps, Series(id=slug, **body.model_dump()), expected=seen)
    response.headers["ETag"] = etag_of(series)
    return _series(series)


@router.get("/regions", response_model=Regions)
async def list_regions(deps: Wired, request: Request) -> Response:
    """Every region, with its countries and zones."""
    regions = [_region(slug, region, deps) for slug, region in deps.geography.regions.items()]
    return _list(request, Regions(items=regions))


@router.get("/regions/{slug}", response_model=RegionView)
async def read_region(slug: SlugPath, deps: Wired, request: Request) -> Response:
    """A region, with its countries and zones."""
    return _list(request, _region(slug, await shelves.region(deps, slug), deps))


@router.get("/board", response_model=Board)
async def list_board(deps: Wired, request: Request) -> Response:
    """The editorial board."""
    return _list(request, Board(items=[BoardMemberView.model_validate(member) for member in await shelves.board(deps)]))


@router.put("/board/{slug}")
async def put_board_member(
    slug: SlugPath, body: BoardMemberBody, _editor: Editor, seen: Seen, deps: Wired, response: Response
) -> BoardMemberView:
    """Add somebody to the board, or change what is shown of them (`If-Match` needed)."""
    member = await shelves.put_board_member(deps, BoardMember(id=slug, **body.model_dump()), expected=seen)
    response.headers["ETag"] = etag_of(member)
    return BoardMemberView.model_validate(member)


@router.delete("/board/{slug}", status_code=204)
async def remove_board_member(slug: SlugPath, _editor: Editor, expected: IfMatch, deps: Wired) -> None:
    """Take somebody off the board."""
    await shelves.remove_board_member(deps, slug, expected=expected)


def _topic(topic: Topic) -> TopicView:
    return TopicView(
        slug=topic.id, name=topic.name, description=topic.description, articles=f"/v1/articles?topic={topic.id}"
    )


def _series(series: Series) -> SeriesView:
    return SeriesView(
        slug=series.id,
        title=series.title,
        question=series.question,
        description=series.description,
        articles=f"/v1/articles?series={series.id}",
    )


def _region(slug: str, region: Region, deps: Deps) -> RegionView:
    countries = [CountryView(code=code, name=deps.geography.countries[code]) for code in region.countries]
    return RegionView(
        slug=slug,
        name=region.name,
        countries=countries,
        zones=list(region.zones),
        articles=f"/v1/articles?region={slug}",
    )


def _list(request: Request, content: BaseModel) -> Response:
    """A whole list, with an entity tag of what is in it."""
    body = json_bytes(content)
    return fresh(request, body, f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"')
