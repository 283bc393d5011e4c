"""How often something may be tried."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

WITHIN = timedelta(minutes=15)


class Limit(BaseModel):
    """So many tries within a quarter of an hour from the first one. Then all is well again: nothing locks for good."""

    model_config = ConfigDict(frozen=True)

    name: Literal["guess-account", "guess-network", "mail-address", "mail-network"]
    allowed: int
    within: timedelta = WITHIN


class Taken(BaseModel):
    """One try that was counted, to be given back if it turns out to have been no guess."""

    model_config = ConfigDict(frozen=True)

    counter: str
    count: int
    until: datetime
