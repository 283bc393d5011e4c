"""The HTTP door, one module per feature."""

from services.metering.api import check, funnel, meter
from services.metering.api.refusals import REFUSALS

__all__ = ["HOT", "REFUSALS", "ROUTERS"]

HOT = check.HOT
ROUTERS = (check.router, meter.router, funnel.router)
