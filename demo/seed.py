"""Puts the demo in, through the gateway and as the administrator. Doing so twice, or on another day, changes nothing:
what is there already stays as it is, whatever has become of it since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import httpx2

from demo import archive
from demo.archive import Item
from demo.door import Door
from demo.passwords import password_of

Ids: TypeAlias = dict[str, str]
"""What the platform calls things, by what they are called here."""


async def seed(
    url: str,
    email: str,
    password: str,
    *,
    secret: str,
    say: Callable[[str], None] = print,
    now: datetime | None = None,
) -> None:
    """Put in what is missing; raises :class:`~demo.door.SeedingFailed` with all that was refused.

    ``secret`` is what the passwords of the demo's people are made from; sessions to come are counted from ``now``.
    """
    now = now or datetime.now(UTC)
    async with httpx2.AsyncClient(base_url=url, timeout=20) as client:
        door = Door(client, say)
        await door.enter(email, password)
        people, there = await asyncio.gather(_people(door, secret), _archive(door, now))
        await asyncio.gather(_comments(door, people, there, now), _suggestions(door, people, there))


async def is_in(url: str) -> bool:
    """Whether the archive's first article is there, and so the rest: that it was put in at all is known already."""
    first = archive.articles()[0]["slug"]
    async with httpx2.AsyncClient(base_url=url, timeout=20) as client:
        return (await client.get(f"/v1/articles/{first}/related")).is_success


async def _people(door: Door, secret: str) -> Ids:
    """The ids of the demo's people, by name."""
    people, may_log_in = archive.people(), archive.log_ins()
    bodies = [
        {**about, "password": password_of(secret, name)} if name in may_log_in else about
        for name, about in people.items()
    ]
    work = [door.post("/v1/imports/members", body, body["external_id"]) for body in bodies]
    members = await door.each("people", work)
    return {name: member["id"] for name, member in zip(people, members, strict=True)}


async def _archive(door: Door, now: datetime) -> Ids:
    """Everything that is read, in the order in which one refers to the other. Returns the ids of articles and webinars,
    by slug.
    """
    await asyncio.gather(*(_shelf(door, kind) for kind in ("topics", "series", "board")))
    webinars = [door.post("/v1/imports/webinars", one, one["slug"]) for one in archive.webinars(now)]
    surveys = [_survey(door, about, rulings) for about, rulings in archive.surveys(now)]
    held, _ = await asyncio.gather(door.each("webinars", webinars), door.each("surveys", surveys))
    articles = [door.post("/v1/imports/articles", one, one["slug"]) for one in archive.articles(now)]
    return {item["external_id"]: item["id"] for item in await door.each("articles", articles)} | {
        one["slug"]: one["id"] for one in held
    }


async def _shelf(door: Door, kind: str) -> None:
    """Add the topics, series or members of the board that are missing; leave those alone that are there."""
    listed = await door.get(f"/v1/{kind}", kind)
    there = {item.get("slug") or item["id"] for item in listed["items"]}
    missing = {slug: about for slug, about in archive.named(kind).items() if slug not in there}
    await door.each(kind, [door.put(f"/v1/{kind}/{slug}", about, slug) for slug, about in missing.items()])


async def _survey(door: Door, about: Item, rulings: list[Item]) -> None:
    """A survey with its answers, and each of its rulings unless it was made before, even if it was undone since."""
    slug = about["slug"]
    survey = await door.post("/v1/imports/surveys", about, slug)
    made = (await door.get(f"/v1/surveys/{slug}/terms", slug))["rulings"]
    version: int = survey["version"]
    for ruling in rulings:
        if not any(_same(ruling, other) for other in made):
            ruled = await door.post(f"/v1/surveys/{slug}/rulings", ruling, f"{slug}, {ruling['term']}", seen=version)
            version = ruled["version"]


def _same(ruling: Item, made: dict[str, Any]) -> bool:
    return (ruling["verdict"], ruling["reason"], ruling["term"].casefold()) == (
        made["verdict"],
        made["reason"],
        made["key"],
    )


async def _comments(door: Door, people: Ids, there: Ids, now: datetime) -> None:
    """Every discussion: each branch in its order, branches beside each other."""
    branches = [
        _branch(door, people, there[slug], comment)
        for slug, thread in archive.threads(now).items()
        for comment in thread
    ]
    await door.each("discussions", branches)


async def _branch(door: Door, people: Ids, article: str, comment: Item, parent: str | None = None) -> None:
    body = {
        "external_id": comment["id"],
        "article_id": article,
        "author_id": people[comment["by"]],
        "parent_id": parent,
        "body": comment["body"],
        "posted_at": comment["at"],
        "helpful_to": [people[name] for name in comment.get("helpful_to", ())],
    }
    posted = await door.post("/v1/imports/comments", body, comment["id"])
    for reply in comment["replies"]:
        await _branch(door, people, article, reply, posted["id"])


async def _suggestions(door: Door, people: Ids, there: Ids) -> None:
    """What members have suggested, and what became of it."""
    bodies = [_suggestion(name, about, people, there) for name, about in archive.named("suggestions").items()]
    await door.each("suggestions", [door.post("/v1/imports/suggestions", body, body["external_id"]) for body in bodies])


def _suggestion(name: str, about: Item, people: Ids, there: Ids) -> Item:
    moves = [
        {"state": step["state"], "at": step["at"], "by": people[step["by"]], "reason": step.get("reason")}
        | ({"webinar_id": there[step["webinar"]]} if "webinar" in step else {})
        for step in about.get("moves", ())
    ]
    return {
        **{field: about[field] for field in ("title", "description", "topics")},
        "external_id": name,
        "submitter_id": people[about["by"]],
        "suggested_at": about["at"],
        "supporters": [people[supporter] for supporter in about["supporters"]],
        "moves": moves,
    }
