"""The only room that knows MongoDB."""

from pymongo import IndexModel

from services.community.store import comments, neighbours, rates, suggestions
from services.community.store.comments import CommentStore
from services.community.store.neighbours import Neighbours
from services.community.store.rates import Rates
from services.community.store.suggestions import SuggestionStore

INDEXES: dict[str, list[IndexModel]] = {
    **comments.INDEXES,
    **suggestions.INDEXES,
    **neighbours.INDEXES,
    **rates.INDEXES,
}

AGGREGATES: tuple[str, ...] = ("comments", "suggestions")
"""The collections whose documents carry an outbox."""

__all__ = ["AGGREGATES", "INDEXES", "CommentStore", "Neighbours", "Rates", "SuggestionStore"]
