"""Comments and suggestions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from web.api.shapes.base import Page, Shape


class Author(Shape):
    """Who wrote a comment."""

    id: str | None = None
    name: str | None = None
    organisation: str | None = None
    official: bool = False
    staff: bool = False


class Comment(Shape):
    """A comment as this reader may see it."""

    id: str
    article_id: str
    parent_id: str | None
    depth: int
    state: Literal["visible", "hidden", "erased"]
    author: Author | None
    html: str
    body: str | None = None
    reason: str | None = None
    posted_at: datetime
    edited_at: datetime | None = None
    helpful: int
    version: int
    mine: bool = False


class Thread(Page[Comment]):
    """A page of an article's discussion."""

    closed: bool = False
    """No more comments are taken."""


class ArticleLink(Shape):
    """The article that a comment belongs to."""

    id: str
    slug: str
    title: str
    closed: bool = False


class ModeratedComment(Comment):
    """A comment as moderators see it."""

    article: ArticleLink | None
    moderator: str | None = None


class Manager(Shape):
    """A community manager."""

    id: str
    name: str | None = None


class Step(Shape):
    """A step that a suggestion took."""

    state: str
    at: datetime
    reason: str | None = None


class Suggestion(Shape):
    """What a member would like to read or talk about."""

    id: str
    title: str
    description: str
    topics: list[str]
    state: str
    manager: Manager | None
    moves: list[Step]
    support: int
    supported: bool = False
    mine: bool = False
    suggested_at: datetime
    webinar_id: str | None
    version: int
