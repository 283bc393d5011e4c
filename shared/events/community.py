"""What community says: what members wrote under an article, and what they would like to see."""

from __future__ import annotations

from typing import Literal

from shared.events.base import Event, Instant


class CommentPosted(Event, topic="community.comments", key="article_id", visibility="internal"):
    """True once a comment can be seen under its article (again, if it had been hidden)."""

    comment_id: str
    article_id: str
    author_id: str
    parent_id: str | None = None
    parent_author_id: str | None = None
    posted_at: Instant
    revision: int = 1
    """Grows with each change of the comment's visibility, so that a late copy is recognised."""


class CommentHidden(Event, topic="community.comments", key="article_id", visibility="internal"):
    """True once a moderator has taken a comment from view."""

    comment_id: str
    article_id: str
    hidden_at: Instant
    revision: int


class CommentErased(Event, topic="community.comments", key="article_id", visibility="internal"):
    """True once a comment's text is gone and only its place in the thread remains."""

    comment_id: str
    article_id: str
    erased_at: Instant
    revision: int


class TopicSuggested(Event, topic="community.suggestions", key="suggestion_id", visibility="public"):
    """True once a member has suggested what to write or talk about."""

    suggestion_id: str
    topics: tuple[str, ...] = ()
    title: str
    suggested_at: Instant


class SuggestionMoved(Event, topic="community.suggestion-progress", key="suggestion_id", visibility="internal"):
    """True once a suggestion has changed its state; the submitter hears of it."""

    suggestion_id: str
    submitter_id: str
    title: str
    state: Literal["triaged", "planned", "scheduled", "declined"]
    reason: str | None = None
    webinar_id: str | None = None
    """The webinar that a scheduled suggestion led to."""
    moved_at: Instant
