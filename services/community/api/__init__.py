"""The HTTP door, one module per feature."""

from services.community.api import comments, imports, suggestions

ROUTERS = (comments.router, suggestions.router, imports.router)
