"""The HTTP door, one module per feature."""

from services.community.api import comments, suggestions

ROUTERS = (comments.router, suggestions.router)
