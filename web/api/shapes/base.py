"""What every piece of an answer of the API has in common."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Shape(BaseModel):
    """A piece of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Page(Shape, Generic[T]):
    """A page of a list, and the cursor of the next."""

    items: list[T]
    next: str | None = None
