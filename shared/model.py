"""The base of every aggregate: a thing that changes as a whole."""

from pydantic import BaseModel, ConfigDict


class Aggregate(BaseModel):
    """Something that is loaded, decided upon and saved as one document.

    Frozen: a decision returns a changed copy (``model_copy(update=...)``) and the events that follow from it.
    ``version`` grows with every save and is what an ETag shows.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    version: int = 0
