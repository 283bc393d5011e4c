"""Feeds for readers who follow, and the sitemap for search engines. The site passes them on as they are."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from services.content.deps import Deps
from services.content.feeds import MEDIA, SITEMAP_MEDIA, Feed, Form, atom, rss, sitemap
from services.content.handlers import feeds
from services.content.handlers.feeds import Shelf
from services.content.schemas.articles import Slug
from shared.http import deps_of, not_modified

router = APIRouter(prefix="/v1", tags=["feeds"])
Wired = Annotated[Deps, Depends(deps_of)]
SlugPath = Annotated[Slug, Path()]
ShelfPath = Annotated[Shelf, Path(description="What the articles are filed under.")]

PRODUCES = (*MEDIA.values(), SITEMAP_MEDIA)
HEADERS = {"Cache-Control": "public, max-age=300"}
"""Feed readers ask every quarter of an hour at most; five minutes late is early enough."""

_WRITERS: dict[Form, Callable[[Feed], bytes]] = {"atom": atom, "rss": rss}


def _produces(media_type: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {media_type: {"schema": {"type": "string"}}}}, 304: {"description": "As you have it."}}


@router.get("/feeds/all.atom", response_class=Response, responses=_produces(MEDIA["atom"]))
async def follow_all_by_atom(deps: Wired, request: Request) -> Response:
    """The newest articles: titles and leads (RFC 4287)."""
    return await _feed(deps, request, "atom")


@router.get("/feeds/all.rss", response_class=Response, responses=_produces(MEDIA["rss"]))
async def follow_all_by_rss(deps: Wired, request: Request) -> Response:
    """The newest articles: titles and leads (RSS 2.0)."""
    return await _feed(deps, request, "rss")


@router.get("/feeds/{shelf}/{slug}.atom", response_class=Response, responses=_produces(MEDIA["atom"]))
async def follow_by_atom(shelf: ShelfPath, slug: SlugPath, deps: Wired, request: Request) -> Response:
    """The newest articles of a topic, region or series (RFC 4287)."""
    return await _feed(deps, request, "atom", shelf, slug)


@router.get("/feeds/{shelf}/{slug}.rss", response_class=Response, responses=_produces(MEDIA["rss"]))
async def follow_by_rss(shelf: ShelfPath, slug: SlugPath, deps: Wired, request: Request) -> Response:
    """The newest articles of a topic, region or series (RSS 2.0)."""
    return await _feed(deps, request, "rss", shelf, slug)


@router.get("/sitemap.xml", response_class=Response, responses=_produces(SITEMAP_MEDIA))
async def read_sitemap(deps: Wired, request: Request) -> Response:
    """Every page of the site that says something (sitemaps.org, protocol 0.9), with the newest 40,000 articles."""
    addresses = await feeds.addresses(deps)
    # Forty thousand addresses take half a second to write down; readers do not wait for that.
    return _sent(request, await asyncio.to_thread(sitemap, addresses), SITEMAP_MEDIA)


async def _feed(deps: Deps, request: Request, form: Form, shelf: Shelf | None = None, slug: str = "") -> Response:
    content = _WRITERS[form](await feeds.feed(deps, form, shelf, slug))
    return _sent(request, content, MEDIA[form])


def _sent(request: Request, content: bytes, media_type: str) -> Response:
    etag = f'"{hashlib.blake2b(content, digest_size=8).hexdigest()}"'
    headers = {**HEADERS, "ETag": etag}
    return not_modified(request, etag, HEADERS) or Response(content, media_type=media_type, headers=headers)
