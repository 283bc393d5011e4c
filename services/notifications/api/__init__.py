"""The HTTP door, one module per feature."""

from services.notifications.api import deliveries, journeys, preferences, unsubscribe
from services.notifications.api.refusals import REFUSALS
from shared.http import BodyRule

__all__ = ["BODIES", "REFUSALS", "ROUTERS"]

ROUTERS = (preferences.router, unsubscribe.router, deliveries.router, journeys.router)

BODIES = (BodyRule("/v1/unsubscribe/", limit=4096, media=("application/x-www-form-urlencoded", "multipart/form-data")),)
"""Mail programs unsubscribe with a form (RFC 8058, section 3.2)."""
