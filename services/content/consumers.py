"""The Kafka door: which fact moves which handler, and what is made again of which."""

from __future__ import annotations

from collections.abc import Mapping

from services.content.handlers.comments import count_comments
from services.content.handlers.rebuilding import rebuild_comment_counts
from shared.events.community import CommentErased, CommentHidden, CommentPosted
from shared.inbox import Table, many
from shared.rebuilding import Rebuildable

_COUNT_COMMENTS = many(count_comments)

TABLE: Table = {
    CommentPosted: _COUNT_COMMENTS,
    CommentHidden: _COUNT_COMMENTS,
    CommentErased: _COUNT_COMMENTS,
}

REBUILDS: Mapping[str, Rebuildable] = {
    "comment-counts": Rebuildable((CommentPosted, CommentHidden, CommentErased), rebuild_comment_counts),
}
