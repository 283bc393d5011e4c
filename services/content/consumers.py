"""The Kafka door: which fact moves which handler."""

from __future__ import annotations

from services.content.handlers.comments import count_comments
from shared.events.community import CommentErased, CommentHidden, CommentPosted
from shared.inbox import Table, many

_COUNT_COMMENTS = many(count_comments)

TABLE: Table = {
    CommentPosted: _COUNT_COMMENTS,
    CommentHidden: _COUNT_COMMENTS,
    CommentErased: _COUNT_COMMENTS,
}
