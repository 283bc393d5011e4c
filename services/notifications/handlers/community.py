"""Replies to comments, and what becomes of suggestions."""

from __future__ import annotations

from services.notifications.deps import Deps
from services.notifications.handlers.calling import call_for, call_off
from services.notifications.model.message import ReplyMatter, SuggestionMatter, called_for, subject
from shared.events.community import CommentErased, CommentHidden, CommentPosted, SuggestionMoved
from shared.inbox import Delivery
from shared.trace import current_traceparent


def answers_another(event: CommentPosted) -> bool:
    """Whether it is a reply to somebody else; nobody hears of their own."""
    return event.parent_author_id not in (None, event.author_id)


async def mail_reply(deps: Deps, delivery: Delivery[CommentPosted]) -> None:
    """Tell whoever wrote the comment that this one answers.

    The cause is the comment: shown again after it was hidden, it is still the same reply.
    """
    event = delivery.event
    message = called_for(
        "comment-reply",
        ReplyMatter(comment_id=event.comment_id, article_id=event.article_id),
        cause=event.comment_id,
        cause_id=delivery.id,
        member_id=event.parent_author_id,
        at=delivery.occurred_at,
        trace=current_traceparent(),
    )
    await call_for(deps, [message], delivery.session)


async def call_off_reply(deps: Deps, delivery: Delivery[CommentHidden] | Delivery[CommentErased]) -> None:
    """Send no mail about a comment that can no longer be seen."""
    comment = subject("comment", delivery.event.comment_id)
    await call_off(deps, [comment], "the comment was taken away", deps.clock.now(), delivery.session)


async def mail_progress(deps: Deps, delivery: Delivery[SuggestionMoved]) -> None:
    """Tell the submitter what has become of their suggestion."""
    event = delivery.event
    message = called_for(
        "suggestion-progress",
        SuggestionMatter(
            suggestion_id=event.suggestion_id,
            title=event.title,
            state=event.state,
            reason=event.reason,
            webinar_id=event.webinar_id,
        ),
        cause=delivery.id,
        cause_id=delivery.id,
        member_id=event.submitter_id,
        at=delivery.occurred_at,
        trace=current_traceparent(),
    )
    await call_for(deps, [message], delivery.session)
