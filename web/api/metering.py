"""How far the reader has read."""

from __future__ import annotations

from web.api.questions import Questions
from web.api.shapes.metering import Meter


class Metering(Questions):
    """Asks metering."""

    async def meter(self) -> Meter:
        """The reader's own meter, and the rule it goes by. Asking counts as no reading."""
        return await self.get(Meter, "/v1/meter")
