"""Articles, and the shelves they stand on."""

from __future__ import annotations

from typing import Any

from tests.access.calls.registry import a_name, call, seen
from tests.access.town import NOW, Call, Town

BYLINE = {"name": "Esther Wanjiru"}


def article_body(**about: Any) -> dict[str, Any]:
    body = "What only readers with a grant may see."
    return {"title": "What openness means", "lead": "Fifty were asked.", "body": body, "byline": BYLINE, **about}


async def draft(town: Town) -> dict[str, Any]:
    """An article of the editor's, waiting for another's word."""
    made = await town.done("createArticle", "editor", Call(json=article_body(slug=a_name())))
    there = Call({"article_id": made["id"]}, {"to": "review"}, headers=seen(made))
    moved: dict[str, Any] = await town.done("moveArticle", "editor", there)
    return moved


async def published(town: Town) -> dict[str, Any]:
    body = article_body(slug=a_name(), external_id=a_name(), published_at=NOW.isoformat())
    made: dict[str, Any] = await town.done("importArticle", "editor", Call(json=body))
    return made


@call("createArticle")
async def create_article(_town: Town, _actor: str) -> Call:
    return Call(json=article_body(slug=a_name()))


@call("importArticle")
async def import_article(_town: Town, _actor: str) -> Call:
    return Call(json=article_body(slug=a_name(), external_id=a_name(), published_at=NOW.isoformat()))


@call("workingArticle", "previewArticle", "listRevisions")
async def of_a_draft(town: Town, _actor: str) -> Call:
    return Call({"article_id": (await draft(town))["id"]})


@call("readRevision")
async def first_revision(town: Town, _actor: str) -> Call:
    return Call({"article_id": (await draft(town))["id"], "number": "1"})


@call("approveArticle")
async def approve(town: Town, actor: str) -> Call:
    made = await draft(town)
    if actor == "editor":  # Nobody approves what they wrote themselves.
        made = await town.done("createArticle", "admin", Call(json=article_body(slug=a_name())))
        to_review = Call({"article_id": made["id"]}, {"to": "review"}, headers=seen(made))
        made = await town.done("moveArticle", "admin", to_review)
    return Call({"article_id": made["id"]}, headers=seen(made))


@call("moveArticle")
async def move_article(town: Town, _actor: str) -> Call:
    made = await draft(town)
    return Call({"article_id": made["id"]}, {"to": "draft"}, headers=seen(made))


@call("renameArticle")
async def rename(town: Town, _actor: str) -> Call:
    made = await draft(town)
    return Call({"article_id": made["id"]}, {"slug": a_name()}, headers=seen(made))


@call("rewriteArticle")
async def rewrite(town: Town, _actor: str) -> Call:
    made = await draft(town)
    return Call({"article_id": made["id"]}, article_body(title="What trust means"), headers=seen(made))


@call("readArticle", "relatedArticles")
async def of_an_article(town: Town, _actor: str) -> Call:
    return Call({"slug": (await published(town))["slug"]})


@call("search")
async def search(_town: Town, _actor: str) -> Call:
    return Call(query={"q": "openness"})


@call("followByAtom", "followByRss")
async def follow(_town: Town, _actor: str) -> Call:
    return Call({"shelf": "regions", "slug": "asia-pacific"})


@call("readRegion")
async def read_region(_town: Town, _actor: str) -> Call:
    return Call({"slug": "asia-pacific"})


SHELVES: dict[str, dict[str, Any]] = {
    "putTopic": {"name": "Openness"},
    "putSeries": {"title": "Open government"},
    "putBoardMember": {"name": "Ingrid Ek", "title": "Director", "organisation": "Regeringskansliet"},
}


async def put_shelf(town: Town, operation: str, slug: str) -> dict[str, Any]:
    made: dict[str, Any] = await town.done(operation, "admin", Call({"slug": slug}, SHELVES[operation]))
    return made


@call("putTopic")
async def put_topic(_town: Town, _actor: str) -> Call:
    return Call({"slug": a_name()}, SHELVES["putTopic"])


@call("putSeries")
async def put_series(_town: Town, _actor: str) -> Call:
    return Call({"slug": a_name()}, SHELVES["putSeries"])


@call("putBoardMember")
async def put_board(_town: Town, _actor: str) -> Call:
    return Call({"slug": a_name()}, SHELVES["putBoardMember"])


@call("readTopic")
async def read_topic(_town: Town, _actor: str) -> Call:
    return Call({"slug": "topic-of-editor"})


@call("readSeries")
async def read_series(town: Town, _actor: str) -> Call:
    slug = a_name()
    await put_shelf(town, "putSeries", slug)
    return Call({"slug": slug})


@call("removeBoardMember")
async def remove_board(town: Town, _actor: str) -> Call:
    slug = a_name()
    return Call({"slug": slug}, headers=seen(await put_shelf(town, "putBoardMember", slug)))
