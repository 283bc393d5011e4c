"""What a group of questions to the API is built on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from web.api.transport import Answer, As, Gateway

S = TypeVar("S", bound=BaseModel)


class Questions:
    """Asks in one reader's name."""

    def __init__(self, gateway: Gateway, who: As) -> None:
        self._gateway = gateway
        self._who = who

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Any question."""
        return await self._gateway.ask(self._who, method, path, query=query, body=body, form=form, headers=headers)

    async def get(self, shape: type[S], path: str, **query: Any) -> S:
        """Read something; a query parameter that is None is left out."""
        answer = await self.ask("GET", path, query=query)
        return shape.model_validate_json(answer.content)
