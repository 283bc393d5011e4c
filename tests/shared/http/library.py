"""A service small enough to be read at a glance: a library of pamphlets, on the real factory and the real MongoDB."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field
from pymongo.errors import AutoReconnect, DuplicateKeyError
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Refusal
from shared.http import (
    Anyone,
    Body,
    BodyRule,
    CleanProse,
    CleanText,
    Idempotent,
    Identity,
    IfMatch,
    Member,
    Page,
    Paging,
    check_version,
    create_app,
    deps_of,
    etag_of,
    fresh,
    is_head,
    role,
)
from shared.model import Aggregate
from shared.mongo import Database
from shared.resources import Resources
from shared.service import Service
from shared.settings import ServiceSettings


class LibrarySettings(ServiceSettings, env_prefix="LIBRARY_"):
    port: int = 7991
    worker_port: int = 7992


class PamphletNotFound(Refusal):
    slug, status, title = "pamphlet-not-found", 404, "There is no such pamphlet"


class Pamphlet(Aggregate):
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Deps:
    db: Database
    created: list[str]


Wired = Annotated[Deps, Depends(deps_of)]


class Author(Body):
    name: Annotated[CleanText, Field(min_length=1, max_length=80)]
    age: int | None = None


class NewPamphlet(Body):
    title: Annotated[CleanText, Field(min_length=1, max_length=80)]
    text: Annotated[CleanProse, Field(max_length=2_000)] = ""
    pages: int = 1
    authors: list[Author] = Field(default_factory=list, max_length=5)


router = APIRouter(prefix="/v1/pamphlets")


@router.post("", status_code=201)
async def post_pamphlet(body: NewPamphlet, author: Anyone, key: Idempotent, deps: Wired) -> dict[str, str]:
    id_ = key.derive("pamphlet")
    by = author.member_id if author else "anonymous"
    try:
        await deps.db["pamphlets"].insert_one(body.model_dump() | {"_id": id_, "by": by})
        deps.created.append(id_)
    except DuplicateKeyError:
        pass  # A repetition after a crash: it is there already.
    if body.title == "Die after the commit":
        raise RuntimeError("the process was about to die, and knows the password=hunter2")
    return {"id": id_, "by": by}


@router.get("")
async def list_pamphlets(paging: Paging, deps: Wired, by: str | None = None) -> Page[str]:
    after = {"_id": {"$gt": paging.after[0]}} if paging.after else {}
    where = after | ({"by": by} if by else {})
    found = await deps.db["pamphlets"].find(where).sort("_id", 1).limit(paging.limit + 1).to_list()
    page = found[: paging.limit]
    return paging.page([p["title"] for p in page], (page[-1]["_id"],) if len(found) > len(page) else None)


@router.get("/{id}")
async def get_pamphlet(id: str, request: Request) -> Response:
    match id:
        case "crash":
            raise RuntimeError("amina@example.org was here, mongodb://root:hunter2@db/")
        case "database-away":
            raise AutoReconnect("no primary")
        case "slow":
            await asyncio.sleep(0.5)
        case "missing":
            raise PamphletNotFound(f"No pamphlet is called {id}.", suggestions=["openness"])
    pamphlet = Pamphlet(id=id, version=3, title="On openness")
    return fresh(request, {"id": pamphlet.id, "head": is_head(request)}, etag_of(pamphlet))


@router.put("/{id}")
async def put_pamphlet(id: str, body: NewPamphlet, expected: IfMatch) -> dict[str, str]:
    pamphlet = Pamphlet(id=id, version=3, title="On openness")
    check_version(pamphlet, expected)
    return {"id": id, "title": body.title}


@router.get("/mine/shelf")
async def get_shelf(reader: Member) -> dict[str, str]:
    return {"member": reader.member_id, "standing": reader.standing}


@router.delete("/{id}", status_code=204)
async def delete_pamphlet(id: str, editor: Annotated[Identity, role("editor", "admin")]) -> None:
    del id, editor


@router.post("/imports/csv")
async def import_pamphlets(request: Request) -> dict[str, int]:
    return {"bytes": len(await request.body())}


async def open_deps(resources: Resources) -> Deps:
    return Deps(resources.db, [])


library = Service(
    name="library",
    settings=LibrarySettings,
    open=open_deps,
    api=lambda deps: create_app(
        title="Library",
        deps=deps,
        routers=[router],
        bodies=[BodyRule("/v1/pamphlets/imports", limit=200_000, media=("text/csv",))],
        produces=["text/calendar"],
        refusals={"getPamphlet": [PamphletNotFound]},
    ),
)

if __name__ == "__main__":
    library.main()
