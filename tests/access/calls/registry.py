"""For each operation something to do it to, fresh each time: what is not there answers 404 whoever asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from shared.ids import new_id
from tests.access.town import Call, Town

Maker = Callable[[Town, str], Awaitable[Call]]
CALLS: dict[str, Maker] = {}
REASON = "As the board has decided."


def call(*operations: str) -> Callable[[Maker], Maker]:
    """Register how these operations are called by an actor."""

    def register(maker: Maker) -> Maker:
        CALLS.update(dict.fromkeys(operations, maker))
        return maker

    return register


def a_name() -> str:
    return f"n{new_id()[-12:]}"


def seen(thing: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": thing["etag"]}
