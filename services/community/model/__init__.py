"""The rules, pure: no await, no clock, no driver."""

from services.community.model.comments import Comment, Order, edit, erase, hide, mark_helpful, post, restore
from services.community.model.suggestions import Move, State, Suggestion, Taken, move, suggest, support

__all__ = [
    "Comment",
    "Move",
    "Order",
    "State",
    "Suggestion",
    "Taken",
    "edit",
    "erase",
    "hide",
    "mark_helpful",
    "move",
    "post",
    "restore",
    "suggest",
    "support",
]
