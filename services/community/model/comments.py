"""Comments: who may say what under an article, and what is left when it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.community.errors import CommentGone, CommentNotFound, EditWindowOver, ParentElsewhere
from shared.events import Event
from shared.events.community import CommentErased, CommentHidden, CommentPosted
from shared.model import Aggregate

Order = Literal["newest", "oldest", "helpful"]
State = Literal["visible", "hidden", "erased"]

MAX_DEPTH = 10
"""Replies below this stand side by side. Each level makes a comment's place 49 characters longer, and the cursor of a
page that ends with it 65; from the fourteenth on, that was longer than a cursor may be, and nobody read on behind it.
"""


class Earlier(BaseModel):
    """What a comment said before it was changed."""

    model_config = ConfigDict(frozen=True)

    body: str
    until: datetime


class Comment(Aggregate):
    """One comment in the discussion of an article.

    ``thread`` names the discussion's branch by its first comment and ``place`` orders the branch, replies after what
    they reply to: both begin with the time, so that they sort as they were written.
    """

    article_id: str
    author_id: str
    parent_id: str | None = None
    thread: str
    place: str
    depth: int = 0
    body: str
    """Markdown, as the author wrote it; empty once erased."""
    html: str
    state: State = "visible"
    reason: str | None = None
    """Why a moderator hid it; the author sees this."""
    moderator_id: str | None = None
    posted_at: datetime
    edited_at: datetime | None = None
    history: tuple[Earlier, ...] = ()
    helpful_to: tuple[str, ...] = ()
    helpful: int = 0
    """How many members found it helpful."""
    revision: int = 1
    """Grows when its visibility changes."""


def post(
    *, id: str, article_id: str, author_id: str, parent: Comment | None, body: str, html: str, at: datetime
) -> tuple[Comment, list[Event]]:
    """A new comment, or a reply. A reply to something hidden or erased is not taken."""
    if parent and parent.article_id != article_id:
        raise ParentElsewhere("Reply under the article that the comment belongs to.")
    if parent and parent.state != "visible":
        raise CommentGone("What you reply to was taken from view.")
    here = f"{int(at.timestamp() * 1000):012x}{id}"
    above = parent.place.split("/")[:MAX_DEPTH] if parent else []
    comment = Comment(
        id=id,
        article_id=article_id,
        author_id=author_id,
        parent_id=parent.id if parent else None,
        thread=parent.thread if parent else here,
        place="/".join((*above, here)),
        depth=len(above),
        body=body,
        html=html,
        posted_at=at,
    )
    return comment, [_posted(comment, parent.author_id if parent else None)]


def take_in(comment: Comment, helpful_to: Sequence[str]) -> tuple[Comment, list[Event]]:
    """A comment made by :func:`post` that stood in another archive, with those who found it helpful there. Who was
    replied to has heard of it there.
    """
    found_by = tuple(dict.fromkeys(helpful_to))
    taken_in = comment.model_copy(update={"helpful_to": found_by, "helpful": len(found_by)})
    return taken_in, [_posted(taken_in, None)]


def edit(comment: Comment, *, by: str, body: str, html: str, at: datetime, window: timedelta) -> Comment:
    """The author's change of words, within the window."""
    _must_be_authors(comment, by)
    if comment.state != "visible":
        raise CommentGone
    if at > comment.posted_at + window:
        minutes = int(window.total_seconds() // 60)
        raise EditWindowOver(f"A comment can be changed for {minutes} minutes; write another one to add to it.")
    earlier = Earlier(body=comment.body, until=at)
    return comment.model_copy(
        update={"body": body, "html": html, "edited_at": at, "history": (*comment.history, earlier)}
    )


def erase(comment: Comment, *, by: str, at: datetime) -> tuple[Comment, list[Event]]:
    """The author takes it back: the words go, the place in the thread stays for the replies."""
    _must_be_authors(comment, by)
    if comment.state == "erased":
        return comment, []
    changed = comment.model_copy(
        update={"state": "erased", "body": "", "html": "", "history": (), "revision": comment.revision + 1}
    )
    event = CommentErased(comment_id=comment.id, article_id=comment.article_id, erased_at=at, revision=changed.revision)
    return changed, [event]


def hide(comment: Comment, *, by: str, reason: str, at: datetime) -> tuple[Comment, list[Event]]:
    """A moderator takes it from view, and says why."""
    if comment.state == "erased":
        raise CommentGone("Its author has taken it back.")
    if comment.state == "hidden":
        return comment, []
    changed = comment.model_copy(
        update={"state": "hidden", "reason": reason, "moderator_id": by, "revision": comment.revision + 1}
    )
    event = CommentHidden(comment_id=comment.id, article_id=comment.article_id, hidden_at=at, revision=changed.revision)
    return changed, [event]


def restore(comment: Comment, *, by: str) -> tuple[Comment, list[Event]]:
    """A moderator shows it again."""
    if comment.state == "erased":
        raise CommentGone("Its author has taken it back.")
    if comment.state == "visible":
        return comment, []
    changed = comment.model_copy(
        update={"state": "visible", "reason": None, "moderator_id": by, "revision": comment.revision + 1}
    )
    # Who was replied to has heard of it the first time.
    return changed, [_posted(changed, None)]


def mark_helpful(comment: Comment, *, by: str, helpful: bool) -> Comment:
    """A member finds it helpful, or no longer does. Doing so twice is doing so once."""
    if comment.state != "visible":
        raise CommentGone
    if (by in comment.helpful_to) == helpful:
        return comment
    found_by = (*comment.helpful_to, by) if helpful else tuple(m for m in comment.helpful_to if m != by)
    return comment.model_copy(update={"helpful_to": found_by, "helpful": len(found_by)})


def _must_be_authors(comment: Comment, member_id: str) -> None:
    if comment.author_id != member_id:
        raise CommentNotFound("Only its author can do that; to you it is as if it were not there.")


def _posted(comment: Comment, parent_author_id: str | None) -> CommentPosted:
    return CommentPosted(
        comment_id=comment.id,
        article_id=comment.article_id,
        author_id=comment.author_id,
        parent_id=comment.parent_id,
        parent_author_id=parent_author_id,
        posted_at=comment.posted_at,
        revision=comment.revision,
    )
