"""The HTTP door, one module per feature."""

from services.metering.api import check, funnel, meter

ROUTERS = (check.router, meter.router, funnel.router)
