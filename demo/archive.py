"""The archive as it lies in this folder: read, and shaped as the API takes it. Nothing here speaks to anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from demo.dates import past_instant, wall_time

FOLDER = Path(__file__).parent
Item: TypeAlias = dict[str, Any]


def _read(name: str) -> str:
    return (FOLDER / name).read_text()


def digest() -> str:
    """What tells this archive from any other: changes with every letter of it."""
    summed = sha256()
    for path in sorted(path for path in FOLDER.rglob("*") if path.suffix in {".md", ".yaml"}):
        summed.update(f"{path.relative_to(FOLDER)}\0{path.read_text()}\0".encode())
    return summed.hexdigest()


def named(kind: str) -> dict[str, Item]:
    """What ``data/<kind>.yaml`` holds, by name: topics, series, board, people, webinars."""
    found: dict[str, Item] = yaml.safe_load(_read(f"data/{kind}.yaml"))
    return found


def articles(now: datetime | None = None) -> list[Item]:
    """Every article as ``POST /v1/imports/articles`` takes it, the oldest first."""
    moment = now or datetime.now(UTC)
    found = [_article(path, moment) for path in sorted((FOLDER / "articles").glob("*.md"))]
    return sorted(found, key=lambda article: (article["published_at"], article["slug"]))


def _article(path: Path, now: datetime) -> Item:
    _, front, body = _read(f"articles/{path.name}").split("---\n", 2)
    about: Item = yaml.safe_load(front)
    published = past_instant(about, "published_at", now)
    return {**about, "body": body.strip(), "slug": path.stem, "external_id": path.stem, "published_at": published}


def webinars(now: datetime) -> list[Item]:
    """Every webinar as ``POST /v1/imports/webinars`` takes it."""
    return [_webinar(slug, about, now) for slug, about in named("webinars").items()]


def _webinar(slug: str, about: Item, now: datetime) -> Item:
    said = {name: value for name, value in about.items() if name not in {"days_ahead", "weekday", "recording"}}
    if "recording" in about:
        recording = dict(about["recording"])
        said["recording"] = {**recording, "recorded_at": past_instant(recording, "recorded_at", now)}
    when = {**about["time"], "wall_time": wall_time(about, now)}
    return {**said, "slug": slug, "external_id": slug, "time": when}


def surveys(now: datetime) -> Iterator[tuple[Item, list[Item]]]:
    """Every survey as ``POST /v1/imports/surveys`` takes it, and the rulings to be made on its terms."""
    for path in sorted((FOLDER / "data" / "surveys").glob("*.yaml")):
        about: Item = yaml.safe_load(_read(f"data/surveys/{path.name}"))
        rulings = about.pop("rulings", [])
        about["opened_at"] = past_instant(about, "opened_at", now)
        yield about, rulings


def people() -> dict[str, Item]:
    """The demo's people as ``POST /v1/imports/members`` takes them, by name, all but their passwords."""
    return {
        name: {"external_id": name, **{field: value for field, value in about.items() if field != "log_in"}}
        for name, about in named("people").items()
    }


def threads(now: datetime) -> dict[str, list[Item]]:
    """The comments under each article, by its slug. Each has an ``id``, and ``replies`` of the same form."""
    found = {}
    for path in sorted((FOLDER / "data" / "threads").glob("*.yaml")):
        comments: list[Item] = yaml.safe_load(_read(f"data/threads/{path.name}"))
        found[path.stem] = [_comment(comment, f"{path.stem}/{place}", now) for place, comment in enumerate(comments, 1)]
    return found


def _comment(comment: Item, id_: str, now: datetime) -> Item:
    """The comment, named by its place: 2/1 is the first reply to the second comment."""
    replies = [_comment(reply, f"{id_}/{place}", now) for place, reply in enumerate(comment.get("replies", ()), 1)]
    return {
        **comment,
        "body": _unwrapped(comment["body"]),
        "id": id_,
        "at": past_instant(dict(comment), "at", now),
        "replies": replies,
    }


def _unwrapped(body: str) -> str:
    """Lines are broken here for those who read the file; where people break theirs, the discussion does too."""
    return re.sub(r"(?<!\n)\n(?!\n|[->*]|\d+\.)", " ", body.strip())


def log_ins() -> dict[str, str]:
    """Who of them may log in by password, and what they are for."""
    return {name: about["log_in"] for name, about in named("people").items() if "log_in" in about}
