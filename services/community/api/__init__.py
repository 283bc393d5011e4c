"""The HTTP door, one module per feature."""

from services.community.api import comments, imports, moderation, suggestions
from services.community.api.refusals import REFUSALS

__all__ = ["HOT", "REFUSALS", "ROUTERS"]

HOT = comments.HOT

# What moderators look through has a fixed word where a comment has its id, and so comes first.
ROUTERS = (moderation.router, comments.router, suggestions.router, imports.router)
