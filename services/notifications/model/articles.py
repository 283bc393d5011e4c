"""Articles, as far as a link to one needs them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Article(BaseModel):
    """What a mail needs to know of an article."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    slug: str
    title: str
    topics: tuple[str, ...] = ()
    revision: int = 0
